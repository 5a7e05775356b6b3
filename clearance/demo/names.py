"""Word lists the demo people are put together from. Each pair is (as in the passport, in Bengali)."""

MALE_GIVEN = (
    ("MOHAMMAD", "মোহাম্মদ"), ("MD", "মো."), ("ABDUL", "আব্দুল"), ("SHEIKH", "শেখ"), ("KAZI", "কাজী"),
    ("ABU", "আবু"), ("SYED", "সৈয়দ"), ("GAZI", "গাজী"),
)  # fmt: skip
MALE_MIDDLE = (
    ("KARIM", "করিম"), ("RAFIQUL", "রফিকুল"), ("SHAHINUR", "শাহিনুর"), ("JAHANGIR", "জাহাঙ্গীর"), ("SOHEL", "সোহেল"),
    ("JALIL", "জলিল"), ("HABIBUR", "হাবিবুর"), ("MIZANUR", "মিজানুর"), ("NURUL", "নুরুল"), ("ANWAR", "আনোয়ার"),
    ("ZAKIR", "জাকির"), ("FARUK", "ফারুক"), ("KAMRUL", "কামরুল"), ("SAIFUL", "সাইফুল"), ("TAJUL", "তাজুল"),
    ("MONIRUL", "মনিরুল"), ("ASHRAFUL", "আশরাফুল"), ("DELWAR", "দেলোয়ার"), ("IBRAHIM", "ইব্রাহিম"), ("YUSUF", "ইউসুফ"),
    ("SHAFIQUL", "শফিকুল"), ("BILLAL", "বিল্লাল"), ("ROBIUL", "রবিউল"), ("NAZRUL", "নজরুল"), ("ALAMGIR", "আলমগীর"),
)  # fmt: skip
MALE_FAMILY = (
    ("UDDIN", "উদ্দিন"), ("ISLAM", "ইসলাম"), ("RAHMAN", "রহমান"), ("HOSSAIN", "হোসেন"), ("MIAH", "মিয়া"),
    ("ALAM", "আলম"), ("SARKAR", "সরকার"), ("MOLLAH", "মোল্লা"), ("SIKDER", "সিকদার"), ("TALUKDER", "তালুকদার"),
    ("BEPARI", "ব্যাপারী"), ("PRAMANIK", "প্রামাণিক"), ("HAWLADER", "হাওলাদার"), ("MATUBBAR", "মাতুব্বর"), ("SHAHJAHAN", "শাহজাহান"),
)  # fmt: skip
FEMALE_GIVEN = (
    ("NASRIN", "নাসরিন"), ("RAHIMA", "রহিমা"), ("SALMA", "সালমা"), ("SHIRIN", "শিরিন"), ("MORIOM", "মরিয়ম"),
    ("ROKEYA", "রোকেয়া"), ("JESMIN", "জেসমিন"), ("PARVIN", "পারভীন"), ("SUFIA", "সুফিয়া"), ("LAKSHMI RANI", "লক্ষ্মী রানী"),
    ("KOHINUR", "কোহিনুর"), ("AMENA", "আমেনা"),
)  # fmt: skip
FEMALE_FAMILY = (
    ("AKTER", "আক্তার"), ("BEGUM", "বেগম"), ("KHATUN", "খাতুন"), ("SULTANA", "সুলতানা"), ("DAS", "দাস"),
    ("KHANAM", "খানম"), ("CHAKMA", "চাকমা"), ("SARKAR", "সরকার"),
)  # fmt: skip
LONG_NAMES = (
    ("ABUL HASNAT MUHAMMAD SHAMSUZZAMAN CHOWDHURY MURSHEDUL KABIR", "আবুল হাসনাত মুহাম্মদ শামসুজ্জামান চৌধুরী মুর্শেদুল কবীর"),
    ("SRI KRISHNA CHANDRA BHATTACHARJEE MOZUMDER", "শ্রী কৃষ্ণ চন্দ্র ভট্টাচার্য্য মজুমদার"),
)  # fmt: skip

OCCUPATIONS = (
    (7112, "BRICKLAYER", "রাজমিস্ত্রি"), (7411, "ELECTRICIAN", "ইলেকট্রিশিয়ান"), (7126, "PLUMBER", "প্লাম্বার"),
    (7212, "WELDER", "ওয়েল্ডার"), (8332, "HEAVY TRUCK DRIVER", "ভারী যানের চালক"), (8322, "DRIVER", "গাড়িচালক"),
    (9312, "CONSTRUCTION LABOURER", "নির্মাণ শ্রমিক"), (9112, "CLEANER", "পরিচ্ছন্নতা কর্মী"), (5120, "COOK", "বাবুর্চি"),
    (5131, "WAITER", "ওয়েটার"), (7115, "CARPENTER", "কাঠমিস্ত্রি"), (9211, "FARM LABOURER", "কৃষি শ্রমিক"),
    (8219, "ASSEMBLY WORKER", "কারখানা শ্রমিক"), (5414, "SECURITY GUARD", "নিরাপত্তা প্রহরী"),
    (7127, "AC MECHANIC", "এসি মেকানিক"),
)  # fmt: skip
WOMENS_OCCUPATIONS = (
    (9111, "DOMESTIC WORKER", "গৃহকর্মী"), (8153, "SEWING MACHINE OPERATOR", "সেলাই মেশিন অপারেটর"),
    (5322, "CAREGIVER", "কেয়ারগিভার"), (9112, "CLEANER", "পরিচ্ছন্নতা কর্মী"),
)  # fmt: skip

EMPLOYERS = {
    "SAU": ("AL NOOR CONTRACTING CO. LTD.", "NAJD MAINTENANCE EST.", "RED SEA CATERING CO."),
    "ARE": ("GULF HORIZON BUILDING LLC", "PALM COAST FACILITIES LLC"),
    "OMN": ("MUSCAT BAY TRADING LLC", "SALALAH GREEN FARMS LLC"),
    "QAT": ("DOHA PEARL W.L.L.", "AL WAKRA CLEANING SERVICES W.L.L."),
    "BHR": ("MANAMA STAR CONSTRUCTION W.L.L.", "AWALI HOSPITALITY CO. B.S.C."),
    "SGP": ("LION CITY SHIPYARD PTE LTD", "MERLION BUILDERS PTE LTD"),
    "BRN": ("SERIA OIL SERVICES SDN BHD", "BANDAR TIMBER SDN BHD"),
    "MYS": ("PENANG ELECTRONICS SDN BHD", "SELANGOR PLANTATIONS BHD"),
    "KWT": ("FAHAHEEL CLEANING AND SECURITY CO. W.L.L.", "KUWAIT BAY RESTAURANTS CO."),
    "JOR": ("IRBID APPAREL CO.", "AMMAN STITCH LTD."),
    "KOR": ("ANSAN PRECISION CO., LTD.", "GIMHAE FARM COOPERATIVE"),
    "MUS": ("PORT LOUIS TEXTILES LTD", "BEAU BASSIN BUILDERS LTD"),
}
SALARIES = {
    "SAU": ("SAR", 1000, 2200), "ARE": ("AED", 900, 2200), "OMN": ("OMR", 90, 180), "QAT": ("QAR", 1000, 2200),
    "BHR": ("BHD", 100, 190), "SGP": ("SGD", 600, 1100), "BRN": ("BND", 500, 800), "MYS": ("MYR", 1700, 2300),
    "KWT": ("KWD", 75, 140), "JOR": ("JOD", 150, 260), "KOR": ("KRW", 2000000, 2400000), "MUS": ("MUR", 15000, 22000),
}  # fmt: skip

AGENCIES = (
    ("RL-9001", "AL MADINA OVERSEAS LTD", "আল মদিনা ওভারসিজ লি.", "+880 2 5550 0101"),
    ("RL-9002", "MEGHNA MANPOWER SERVICES", "মেঘনা ম্যানপাওয়ার সার্ভিসেস", "+880 2 5550 0102"),
    ("RL-9003", "PADMA BRIDGE RECRUITING AGENCY", "পদ্মা ব্রিজ রিক্রুটিং এজেন্সি", "+880 2 5550 0103"),
    ("RL-9004", "SURMA VALLEY INTERNATIONAL", "সুরমা ভ্যালি ইন্টারন্যাশনাল", "+880 2 5550 0104"),
    ("RL-9005", "KARNAPHULI TRAVELS AND EMPLOYMENT", "কর্ণফুলী ট্রাভেলস অ্যান্ড এমপ্লয়মেন্ট", "+880 2 5550 0105"),
)  # fmt: skip
"""Invented agencies: licence numbers from 9001 up are beyond those in use, the telephone numbers lead nowhere."""

OFFICES = (
    ("BMET", "BMET Headquarters, Dhaka", "বিএমইটি প্রধান কার্যালয়, ঢাকা"),
    ("DEMO-RNG", "DEMO Rangpur", "জেলা কর্মসংস্থান ও জনশক্তি অফিস, রংপুর"),
    ("DEMO-CUM", "DEMO Cumilla", "জেলা কর্মসংস্থান ও জনশক্তি অফিস, কুমিল্লা"),
    ("DEMO-SYL", "DEMO Sylhet", "জেলা কর্মসংস্থান ও জনশক্তি অফিস, সিলেট"),
)
