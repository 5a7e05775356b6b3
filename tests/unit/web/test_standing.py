"""What is kept of a page for everybody, and what never is."""

import pytest
from flask import Flask, render_template_string
from jinja2.exceptions import TemplateAssertionError

from clearance.web import language, standing


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    language.install(app)
    standing.install(app)
    return app


def shown(app: Flask, template: str, *, path: str = "/", **values: object) -> str:
    with app.test_request_context(path):
        return render_template_string(template, **values)


def test_a_standing_part_is_rendered_once_for_each_language(app: Flask) -> None:
    asked: list[str] = []
    app.jinja_env.globals["code"] = lambda text: asked.append(text) or text
    template = app.jinja_env.from_string("{% standing %}{{ language }} {{ code('once') }}{% endstanding %}")
    for path, expected in (("/?lang=bn", "bn once"), ("/?lang=en", "en once")) * 3:
        with app.test_request_context(path):
            assert template.render(language=language.language()) == expected
    assert asked == ["once", "once"]


def test_what_stands_around_it_is_the_visitors_own(app: Flask) -> None:
    template = "{{ name }} {% standing %}{{ _('a') }}{% endstanding %} {% standing %}{{ _('b') }}{% endstanding %}"
    assert shown(app, template, name="<A>") == "&lt;A&gt; a b"
    assert shown(app, template, name="B") == "B a b"


@pytest.mark.parametrize(
    "inside",
    [
        "{{ name }}",
        "{{ request.form.passport_no }}",
        "{{ _('Hello %(name)s', name=name) }}",
        "{% for each in names %}{{ _('x') }}{% endfor %}",
        "{% if g.answer %}x{% endif %}",
        "{% block inner %}{% endblock %}",
        "{% include 'other.html' %}",
        "{{ super() }}",
        "{{ self.title() }}",
    ],
)
def test_a_part_that_names_what_may_be_a_visitors_own_is_refused(app: Flask, inside: str) -> None:
    with pytest.raises(TemplateAssertionError):
        shown(app, "{% standing %}" + inside + "{% endstanding %}")


def test_it_may_name_what_it_sets_itself(app: Flask) -> None:
    inside = "{% for day in (1, 2) %}{% set twice = day * 2 %}{{ twice }}{% endfor %}"
    assert shown(app, "{% standing %}" + inside + "{% endstanding %}") == "24"
