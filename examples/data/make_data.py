#!/usr/bin/env python3
"""Writes the example data: made-up relief data in the form in which a Sahana Eden exports it.

    python3 make_data.py [FOLDER]

One document per table is written to FOLDER (default: the folder of this script). The seed is fixed: the
same script writes the same bytes. Only developers run it, when the data are to change; the build uses
the documents as they are.
"""

import json
import random
import re
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path

SITE = "http://eden-a.example.org/eden"
DOMAIN = "eden-a.example.org"
EARLIEST = datetime(2024, 1, 1)
LATEST = datetime(2026, 6, 30, 23, 59, 59)

rng = random.Random(20240229)


# -- what Eden writes -------------------------------------------------------------------------------

def xml_text(text):
    # A carriage return must be a character reference: a parser would make a line feed of a bare one.
    return (text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;"))


def xml_attribute(text):
    return (xml_text(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;"))


def for_display(text):
    """Eden escapes what it shows for HTML, before the document is escaped for XML."""
    return (text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            .replace('"', "&quot;").replace("'", "&apos;"))


def plain(field, text):
    """A string without a display function: the text alone."""
    return '<data field="%s">%s</data>' % (field, xml_text(text))


def shown(field, text, display=None):
    """A string or text with a display function: JSON in `value`, for people in the text."""
    return '<data field="%s" value="%s">%s</data>' % (
        field, xml_attribute(json.dumps(text)), xml_text(for_display(text) if display is None else display))


def bare(field, value, display=None):
    """Numbers, truth values, dates and times: `value` without quotes."""
    display = value if display is None else display
    return '<data field="%s" value="%s">%s</data>' % (field, value, xml_text(display))


def phone(field, number):
    # Eden puts a left-to-right mark in front of a number it shows, never of the number itself.
    return shown(field, number, "\u200e" + number)


def reference(field, target):
    where = ""
    if target.table == "gis_location" and target.get("lat") is not None:
        where = ' lat="%.4f" lon="%.4f"' % (target["lat"], target["lon"])
    return '<reference field="%s" resource="%s" uuid="%s"%s>%s</reference>' % (
        field, target.table, target.uuid, where, xml_text(display_name(target)))


def instant(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def minutes(time):
    return time.strftime("%Y-%m-%d %H:%M")


LEVELS = {"L0": "Country", "L1": "State / Province", "L2": "County / District"}


def display_name(record):
    if record.table == "gis_location":
        return "%s (%s)" % (record["name"], LEVELS[record["level"]])
    if record.table == "org_organisation":
        return "%s (%s)" % (record["name"], record["acronym"]) if record.get("acronym") else record["name"]
    if record.table == "org_office":
        return "%s (Office)" % record["name"]
    return " ".join(filter(None, (record["first_name"], record.get("last_name"))))


# Fields in the order of the table's columns. What has a display function follows Eden's own tables.
FIELDS = {
    "gis_location": [("name", plain), ("level", lambda f, v: shown(f, v, "Country" if v == "L0" else v)),
                     ("lat", lambda f, v: bare(f, repr(v))), ("lon", lambda f, v: bare(f, repr(v))),
                     ("comments", shown)],
    "org_organisation": [("name", plain), ("acronym", shown),
                         ("country", lambda f, v: shown(f, v, COUNTRIES[v])), ("phone", phone),
                         ("website", shown), ("year", lambda f, v: bare(f, str(v))), ("comments", shown)],
    "org_office": [("name", plain), ("code", plain), ("phone1", phone), ("email", shown),
                   ("obsolete", lambda f, v: bare(f, *(("true", "Obsolete") if v else ("false", "-")))),
                   ("comments", shown)],
    "pr_person": [("first_name", plain), ("middle_name", shown), ("last_name", shown),
                  ("gender", lambda f, v: bare(f, str(v), {1: "", 2: "female", 3: "male"}[v])),
                  ("date_of_birth", bare), ("comments", shown)],
    "pr_contact": [("contact_method", lambda f, v: shown(f, v, CONTACT_METHODS[v])), ("value", shown),
                   ("priority", lambda f, v: bare(f, str(v)))],
    "pr_address": [("type", lambda f, v: bare(f, str(v), {1: "Current Home Address",
                                                          2: "Permanent Home Address"}[v])),
                   ("comments", shown)],
    "inv_req": [("req_ref", plain), ("date", lambda f, v: bare(f, instant(v), minutes(v))),
                ("priority", lambda f, v: bare(f, str(v), {1: "Low", 2: "Medium", 3: "High"}[v])),
                ("purpose", shown),
                ("is_template", lambda f, v: bare(f, *(("true", "Yes") if v else ("false", "No")))),
                ("date_required", lambda f, v: bare(f, instant(v), minutes(v))),
                ("closed", lambda f, v: bare(f, *(("true", "True") if v else ("false", "False")))),
                ("comments", shown)],
}

REFERENCES = {
    "gis_location": ["parent"], "org_organisation": [], "org_office": ["organisation_id", "location_id"],
    "pr_person": [], "pr_contact": [], "pr_address": ["location_id"], "inv_req": ["site_id", "requester_id"],
}

COUNTRIES = {"CH": "Switzerland", "ET": "Ethiopia", "FO": "Faroe Islands", "IN": "India", "JO": "Jordan",
             "JP": "Japan", "KE": "Kenya", "NP": "Nepal", "RS": "Serbia", "UY": "Uruguay"}
CONTACT_METHODS = {"EMAIL": "Email", "SMS": "Mobile Phone", "HOME_PHONE": "Home Phone", "SKYPE": "Skype"}


class Record:
    def __init__(self, table, number, identity=None, **values):
        self.table = table
        self.id = number
        self.uuid = "urn:uuid:" + (identity or str(uuid.UUID(int=rng.getrandbits(128), version=4)))
        self.values = values
        self.components = []
        self.deleted = False
        self.replaced_by = None
        self.created_on = moment(EARLIEST, LATEST - timedelta(days=30))
        # Half of the records were never edited; the others were, at some later time.
        self.modified_on = self.created_on if rng.random() < 0.5 else moment(self.created_on, LATEST)
        self.mci = 2 if rng.random() < 0.05 else 1
        # What was entered by a script has no author; that is most of it, and keeps the files small.
        self.author = rng.choice(AUTHORS) if rng.random() < 0.1 else None
        self.editor = rng.choice(AUTHORS) if self.author else None

    def __getitem__(self, field):
        return self.values[field]

    def get(self, field):
        return self.values.get(field)

    def write(self, with_components, owner_url=None):
        attributes = [("name", self.table), ("uuid", self.uuid)]
        if self.deleted:
            attributes += [("deleted", "True"), ("modified_on", instant(self.modified_on))]
            if self.replaced_by:
                attributes.append(("replaced_by", self.replaced_by.uuid))
        else:
            prefix, name = self.table.split("_", 1)
            url = "%s/%s/%d" % (owner_url or SITE + "/" + prefix, name, self.id)
            attributes += [("mci", str(self.mci)), ("created_on", instant(self.created_on)),
                           ("modified_on", instant(self.modified_on)), ("url", url)]
            if self.author:
                attributes += [("created_by", self.author), ("modified_by", self.editor),
                               ("owned_by_user", self.author)]
        start = "<resource " + " ".join('%s="%s"' % (n, xml_attribute(v)) for n, v in attributes)
        if self.deleted:
            return start + "/>"
        body = [form(field, self[field]) for field, form in FIELDS[self.table] if self.get(field) is not None]
        body += [reference(field, self[field]) for field in REFERENCES[self.table] if self.get(field) is not None]
        if with_components:
            body += [component.write(False, url) for component in self.components]
        return start + ">" + "".join(body) + "</resource>"


def document(masters):
    """Masters first, then what they refer to: round by round, and table by table within a round."""
    parts = ["<?xml version='1.0' encoding='utf-8'?>\n",
             '<s3xml success="true" results="%d" domain="%s" url="%s">' % (len(masters), DOMAIN, SITE)]
    written = {master.uuid for master in masters}
    parts += [master.write(True) for master in masters]
    latest = [record for master in masters for record in [master] + master.components]
    while latest:
        found = {}
        for record in latest:
            for field in REFERENCES[record.table]:
                target = None if record.deleted else record.get(field)
                if target is not None and target.uuid not in written:
                    written.add(target.uuid)
                    found.setdefault(target.table, []).append(target)
        latest = [target for table in found.values() for target in table]
        # What is written only because it is referred to carries no components.
        parts += [target.write(False) for target in latest]
    return "".join(parts + ["</s3xml>"])


# -- words ------------------------------------------------------------------------------------------

AUTHORS = ["admin@eden-a.example.org", "ana.marin@example.org", "tesfaye.b@example.org"]

# One script for each country, so that a region has names that belong together.
TOWNS = {
    "latin": (["Tór", "Păl", "Łód", "Ür", "Gå", "Čel", "Žel", "Bø", "São ", "Ñu", "Řip", "Æl"],
              ["vik", "tiniș", "ka", "güp", "sjö", "ovice", "ezná", "lund", "joão", "ñoa", "ičky", "førd"]),
    "cyrillic": (["Ново", "Бело", "Чер", "Жел", "Град", "Ђур", "Липо", "Ясно", "Озер", "Щед"],
                 ["град", "полье", "ня", "езно", "овец", "ђево", "вица", "горск", "щина", "ки"]),
    "arabic": (["باب ", "عين ", "تل ", "وادي ", "دير ", "كفر ", "قصر ", "بئر "],
               ["النور", "الزيت", "الصفا", "حمدان", "الورد", "السلام", "زيتون", "الريح"]),
    "devanagari": (["राम", "सीता", "कृष्ण", "लक्ष्मी", "देव", "सूर्य", "हरि", "चन्द्र"],
                   ["पुर", "नगर", "गाउँ", "गढ़", "बस्ती", "टोल", "डाँडा", "घाट"]),
    "ethiopic": (["አዲስ ", "ደብረ ", "ባሕር ", "ወልደ ", "መቅደላ ", "ቆላ "],
                 ["ምንጭ", "ብርሃን", "ዳር", "ሜዳ", "ጎጆ", "ከተማ", "ወንዝ"]),
    "han": (["青", "白", "龍", "新", "東", "石", "金", "玉"], ["河鎮", "山鄉", "橋村", "湖縣", "泉镇", "溪口", "門村", "田鄉"]),
}

PEOPLE = {
    "latin": (["Łucja", "Gülşen", "Mónica", "Søren", "Zoë", "Håkon", "Ștefan", "Jürgen", "Anaïs", "Ngozi", "Seán"],
              ["O'Brien", "Wójcik", "Çelik", "Núñez", "Ångström", "D'Souza", "van 't Hoff", "Smith & Sons", "Ivănescu"]),
    "cyrillic": (["Марија", "Олексій", "Ђорђе", "Ирина", "Юлія", "Фёдор"],
                 ["Петровић", "Шевчук", "Иванова", "Щербак", "Живковић"]),
    "arabic": (["ليلى", "محمد", "فاطمة", "يوسف", "سعاد"], ["الحسن", "منصور", "عبد الله", "الخطيب"]),
    "devanagari": (["सीता", "अर्जुन", "राधिका", "बिष्णु"], ["श्रेष्ठ", "तामाङ", "शर्मा", "गुरुङ"]),
    "ethiopic": (["ተስፋዬ", "አበበ", "ሰላም", "መሠረት"], ["በቀለ", "ኃይሌ", "ገብረ መድኅን"]),
    "han": (["偉", "麗華", "小明", "秀英"], ["王", "李", "陳", "歐陽"]),
}

ORGANISATIONS = (
    ["River", "Hilltop", "Łódź", "São Tomé", "Open Hand", "Надежда", "الأمل", "आशा", "ተስፋ", "希望", "Blå Kors", "Côte"],
    ["Relief", "Water", "Shelter", "Health", "Seeds", "Logistics", "École", "Помощь", "للإغاثة", "救援"],
    ["Agency", "Foundation", "Trust", "Network", "Fédération", "Союз", "Committee", "Co-operative"])

PURPOSES = ["Blankets for %d families", "Water tanks, %d × 1000 l", "Rice %d kg", "Tents: %d", "%d hygiene kits",
            "Одеяла, %d шт.", "%d بطانية", "%d कम्बल", "%d ብርድ ልብስ", "帳篷 %d 頂", "Médicaments, %d boîtes"]

REMARKS = [
    "plain remark", "check again in spring", "100 % sûr – “ok”…", "a < b & c > d", 'said "yes"', "it's open",
    "the letters &amp; are meant literally", "<b>not bold</b>", "two\nlines", "first\r\nsecond\r\nthird",
    "tab\there", " leading blank", "trailing blank ", "  ", "true", "1.50", "null", "a\\b \\n is no line break",
    "🚑 first aid 🏥", "👩‍👩‍👧 family of three", "مغلق يوم الجمعة", "закрыто на ремонт", "बाटो बन्द छ",
    "መንገዱ ተዘግቷል", "道路封閉", "]]> ends nothing", "e\u0301 is two characters, é is one", "שלום & सलाम",
]


def moment(first, last):
    return first + timedelta(seconds=rng.randrange(int((last - first).total_seconds()) + 1))


def sometimes(chance, value):
    return value() if rng.random() < chance else None


def remark(chance):
    return sometimes(chance, lambda: rng.choice(REMARKS))


def joined(words):
    return "".join(rng.choice(part) for part in words)


def number():
    # 555-01xx is set aside for stories.
    return "+1 %d 555 01%02d" % (rng.randrange(201, 990), rng.randrange(100))


def birthday():
    return "%04d-%02d-%02d" % (rng.randrange(1938, 2008), rng.randrange(1, 13), rng.randrange(1, 29))


def fixed(kind, n):
    """UUIDs of the records that the walk-throughs edit: easy to recognise, and to type."""
    return "%s-0000-4000-8000-%012d" % (kind, n)


# -- the tables -------------------------------------------------------------------------------------

def locations():
    ids = iter(range(1, 10000))
    countries, regions, towns = [], [], []
    for name, scripts, lat, lon in (("Nordáland", ["latin"], 62.0, -7.0), ("Belogorje – Белогорје", ["cyrillic"], 44.5, 20.5),
                                    ("Al-Wadi الوادي", ["arabic"], 31.5, 36.0),
                                    ("Trisimha त्रिसिंह", ["devanagari", "ethiopic", "han"], 27.5, 85.0)):
        country = Record("gis_location", next(ids), name=name, level="L0", lat=lat, lon=lon, comments=remark(0.5))
        country.scripts = scripts
        countries.append(country)
    countries[0].uuid = "urn:uuid:" + fixed("10ca7100", 1)
    for n in range(40):
        country = countries[n % 4]
        script = country.scripts[n // 4 % len(country.scripts)]
        region = Record("gis_location", next(ids), name=joined(TOWNS[script]), level="L1", parent=country,
                        lat=round(country["lat"] + rng.uniform(-2, 2), 6),
                        lon=round(country["lon"] + rng.uniform(-3, 3), 6), comments=remark(0.2))
        region.script = script
        regions.append(region)
    for n in range(400):
        region = regions[n % 40]
        name = joined(TOWNS[region.script])
        if rng.random() < 0.2:
            name += " %d" % (n // 40 + 1)
        town = Record("gis_location", next(ids), name=name, level="L2", parent=region, comments=remark(0.1))
        town.script = region.script
        # Some places have no co-ordinates: a reference to such a one has none either.
        if rng.random() < 0.95:
            town.values["lat"] = round(region["lat"] + rng.uniform(-0.5, 0.5), 6)
            town.values["lon"] = round(region["lon"] + rng.uniform(-0.5, 0.5), 6)
        towns.append(town)
    # A quarter of the regions, and one country, come after what lies in them: a receiver has to wait.
    late = regions[::4]
    masters = countries[:3] + [r for r in regions if r not in late] + towns[:300] + late + towns[300:] + countries[3:]
    masters += deletions("gis_location", ids, 2)
    return masters, towns


def deletions(table, ids, count):
    records = [Record(table, next(ids)) for _ in range(count)]
    for record in records:
        record.deleted = True
    return records


def organisations():
    ids = iter(range(1, 10000))
    masters = []
    special = ["Helping Hands & Co.", "Hope &amp; Care", 'The "Blue" Shelter']
    while len(masters) < 350:
        n = len(masters)
        name = special[n] if n < 3 else " ".join(rng.choice(words) for words in ORGANISATIONS) + " %d" % (n + 1)
        short = "".join(word[0] for word in re.findall(r"\w+", name))[:6].upper()
        masters.append(Record(
            "org_organisation", next(ids), fixed("06a00000", n + 1) if n < 3 else None, name=name,
            acronym=short if n < 3 else sometimes(0.6, lambda: short), country=rng.choice(sorted(COUNTRIES)),
            phone=sometimes(0.3, number), year=sometimes(0.5, lambda: rng.randrange(1863, 2025)),
            website=sometimes(0.2, lambda: "http://www.example.org/o?id=%d&lang=en" % n), comments=remark(0.35)))
    active = masters[:90]
    masters += deletions("org_organisation", ids, 3)
    # One organisation was entered twice and merged: the survivor is the first one of the file.
    merged = deletions("org_organisation", ids, 1)[0]
    merged.uuid = "urn:uuid:" + fixed("06a00000", 9)
    merged.replaced_by = masters[0]
    return masters + [merged], active


def offices(active, towns):
    ids = iter(range(1, 10000))
    masters = []
    kinds = {"latin": ["Office", "Depot", "Field Office", "Büro"], "cyrillic": ["Склад", "Бюро"],
             "arabic": ["مكتب", "مخزن"], "devanagari": ["कार्यालय"], "ethiopic": ["ቢሮ"], "han": ["辦事處"]}
    for n in range(600):
        town = rng.choice(towns)
        first = n < 5
        code = "OF%04d" % (n + 1) if first or rng.random() < 0.7 else None
        masters.append(Record(
            "org_office", next(ids), fixed("0ff1ce00", n + 1) if first else None,
            name="%s %s" % (town["name"], rng.choice(kinds[town.script])), code=code,
            organisation_id=rng.choice(active), location_id=town if first else sometimes(0.8, lambda: town),
            phone1=number() if first else sometimes(0.45, number), email=sometimes(0.25, lambda: "office%d@example.org" % n), obsolete=not first and rng.random() < 0.08,
            comments=remark(0.3)))
    # Characters that a careless reader loses, in a field that travels as text alone.
    masters[5].values["name"] = "Field hospital 🏥 <tent 3> & pharmacy"
    masters[6].values["name"] = "  Depot by the bridge "
    masters[0].values["comments"] = 'Ring twice.\nAsk for "Zoë" & bring an ID <card>.'
    requesting = masters[:60]
    return masters + deletions("org_office", ids, 5), requesting


def persons(towns):
    ids, contact_ids, address_ids = iter(range(1, 10000)), iter(range(1, 10000)), iter(range(1, 10000))
    masters = []
    for n in range(700):
        script = rng.choice(["latin", "latin", "cyrillic", "arabic", "devanagari", "ethiopic", "han"])
        first = n < 5
        person = Record(
            "pr_person", next(ids), fixed("9e450000", n + 1) if first else None,
            first_name=rng.choice(PEOPLE[script][0]),
            middle_name=sometimes(0.1, lambda: rng.choice(PEOPLE[script][0])),
            last_name=sometimes(1.0 if first else 0.95, lambda: rng.choice(PEOPLE[script][1])),
            gender=rng.choice([1, 2, 2, 3, 3]), date_of_birth=sometimes(0.4, birthday),
            comments=remark(0.12))
        # Addresses come before contacts: the order in which Eden declares them.
        if first or rng.random() < 0.22:
            person.components.append(Record("pr_address", next(address_ids), type=rng.choice([1, 2]),
                                            location_id=rng.choice(towns), comments=remark(0.3)))
        for k in range(rng.choice([1, 1, 1, 1, 1, 2, 3])):
            method = rng.choice(["EMAIL", "SMS", "SMS", "HOME_PHONE", "SKYPE"])
            value = {"EMAIL": "p%d.%d@example.org" % (n, k), "SKYPE": "made-up.%d" % n}.get(method) or number()
            person.components.append(Record("pr_contact", next(contact_ids), contact_method=method, value=value,
                                            priority=k + 1))
        masters.append(person)
    return masters + deletions("pr_person", ids, 4), masters[:60]


def requests(sites, requesters):
    ids = iter(range(1, 10000))
    masters = []
    for n in range(450):
        first = n < 3
        made = moment(EARLIEST, LATEST - timedelta(days=60))
        masters.append(Record(
            "inv_req", next(ids), fixed("4e900000", n + 1) if first else None, req_ref="REQ-%05d" % (n + 1), date=made,
            priority=rng.choice([1, 2, 2, 3]), purpose=rng.choice(PURPOSES) % (rng.randrange(1, 60) * 5),
            is_template=rng.random() < 0.04,
            date_required=sometimes(0.4, lambda: made + timedelta(days=rng.randrange(2, 60))), closed=not first and rng.random() < 0.5,
            comments=remark(0.15), site_id=rng.choice(sites), requester_id=rng.choice(requesters)))
        masters[-1].created_on = made
        masters[-1].modified_on = made if rng.random() < 0.5 else moment(made, LATEST)
    return masters + deletions("inv_req", ids, 4)


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    all_locations, towns = locations()
    # Offices and addresses lie in few of the towns: each document repeats those that it refers to.
    busy = towns[:90]
    all_organisations, active = organisations()
    all_offices, sites = offices(active, busy)
    all_persons, requesters = persons(busy[:40])
    tables = {"gis_location": all_locations, "org_organisation": all_organisations, "org_office": all_offices,
              "pr_person": all_persons, "inv_req": requests(sites, requesters)}
    total = 0
    for name, masters in tables.items():
        data = document(masters).encode("utf-8")
        (folder / (name + ".xml")).write_bytes(data)
        total += len(data)
        print("%-18s %5d records %8d bytes" % (name, len(masters), len(data)))
    print("%-18s %20d bytes" % ("total", total))


main()
