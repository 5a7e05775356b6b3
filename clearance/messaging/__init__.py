"""What leaves the office by network: webhooks to programs, SMS and e-mail to workers."""
