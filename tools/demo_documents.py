"""Documents that travel in a practice's mail: images, PDF, CDA, the IHE_XDM.ZIP of a laboratory.

Made with the standard library alone, from a seeded random source: the same seed gives the same
bytes.  Everybody and everything in them is fictitious and says so.
"""
import hashlib
import io
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape

OID = "1.2.3.4.5"  # an example arc, nobody's


# ---- images ---------------------------------------------------------------------------------

def radiograph(rnd, width, height):
    """Rows of grey levels that look, from afar, like a jaw: two arches and noise."""
    rows = []
    for y in range(height):
        row = bytearray()
        for x in range(width):
            bend = ((x - width / 2) / (width / 2)) ** 2
            arch = abs(y - height * (0.35 + 0.4 * bend)) / height
            tooth = 40 if (x * 16 // width) % 2 else 0
            level = max(20, 210 - int(900 * arch) - tooth)
            row.append(max(0, min(255, level + rnd.randrange(-9, 10))))
        rows.append(bytes(row))
    return rows


def png(rows):
    """8-bit greyscale PNG (ISO/IEC 15948)."""
    def chunk(name, data):
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)
            + chunk(b"IEND", b""))


class _Bits:
    """Writes Huffman codes; a byte 0xff is followed by a zero, as JPEG asks (T.81 B.1.1.5)."""

    def __init__(self):
        self.out, self.hold, self.count = bytearray(), 0, 0

    def put(self, value, length):
        for shift in range(length - 1, -1, -1):
            self.hold = self.hold << 1 | value >> shift & 1
            self.count += 1
            if self.count == 8:
                self.out.append(self.hold)
                if self.hold == 0xff:
                    self.out.append(0)
                self.hold = self.count = 0

    def end(self):
        while self.count:
            self.put(1, 1)
        return bytes(self.out)


# T.81 table K.3: how many codes of each length, and what they stand for.
DC_LENGTHS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
DC_VALUES = bytes(range(12))


def jpeg(rows):
    """Baseline greyscale JPEG of flat 8 by 8 blocks: coarse, small, and any viewer opens it."""
    codes, code = {}, 0
    values = iter(DC_VALUES)
    for length, count in enumerate(DC_LENGTHS, 1):
        for _ in range(count):
            codes[next(values)] = (code, length)
            code += 1
        code <<= 1
    width, height = len(rows[0]), len(rows)
    bits, before = _Bits(), 0
    for top in range(0, height, 8):
        for left in range(0, width, 8):
            block = [level for row in rows[top:top + 8] for level in row[left:left + 8]]
            level = sum(block) // len(block) - 128  # DC quantiser 8: one unit a grey level
            step, before = level - before, level
            size = abs(step).bit_length()
            bits.put(*codes[size])
            bits.put(step if step >= 0 else step + (1 << size) - 1, size)
            bits.put(0, 1)  # end of block: the only AC code

    def segment(marker, data):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data

    return (b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
            + segment(0xdb, b"\0" + b"\x08" * 64)
            + segment(0xc0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
            + segment(0xc4, b"\x00" + DC_LENGTHS + DC_VALUES)
            + segment(0xc4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
            + segment(0xda, b"\1\1\0\0\x3f\0") + bits.end() + b"\xff\xd9")


# ---- PDF ------------------------------------------------------------------------------------

def pdf(lines):
    """One page of text; the cross-reference table is right."""
    def octets(line):
        return (line.encode("cp1252", "replace").replace(b"\\", b"\\\\")
                .replace(b"(", b"\\(").replace(b")", b"\\)"))

    text = b"BT /F1 11 Tf 14 TL 60 780 Td\n"
    text += b"".join(b"(" + octets(line) + b") '\n" for line in lines) + b"ET\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, start)
    return bytes(out)


# ---- CDA and XDM ----------------------------------------------------------------------------

def cda(when, title, code, label, author, patient, number, paragraphs):
    """A CDA R2 document with a structured body (HL7 CDA R2)."""
    body = "".join("<paragraph>%s</paragraph>" % escape(text) for text in paragraphs)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
 <realmCode code="FR"/>
 <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
 <id root="{OID}.1" extension="{number}"/>
 <code code="{code}" displayName="{escape(label)}" codeSystem="2.16.840.1.113883.6.1"/>
 <title>{escape(title)}</title>
 <effectiveTime value="{when:%Y%m%d%H%M%S%z}"/>
 <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
 <languageCode code="fr-FR"/>
 <recordTarget><patientRole>
  <id root="{OID}.2" extension="FICTIF-{number:06d}"/>
  <patient><name><family>{escape(patient)}</family></name></patient>
 </patientRole></recordTarget>
 <author><time value="{when:%Y%m%d%H%M%S%z}"/><assignedAuthor>
  <id root="{OID}.3" extension="FICTIF"/>
  <assignedPerson><name><family>{escape(author)}</family></name></assignedPerson>
 </assignedAuthor></author>
 <custodian><assignedCustodian><representedCustodianOrganization>
  <id root="{OID}.4"/><name>{escape(author)}</name>
 </representedCustodianOrganization></assignedCustodian></custodian>
 <component><structuredBody><component><section>
  <title>{escape(label)}</title><text>{body}</text>
 </section></component></structuredBody></component>
</ClinicalDocument>
""".encode()


def _slot(name, value):
    return (f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{escape(value)}</rim:Value>'
            f"</rim:ValueList></rim:Slot>")


def _metadata(when, title, code, label, number, documents):
    """METADATA.XML: ebXML SubmitObjectsRequest (IHE ITI TF-3 4.2, XDM: ITI TF-2 3.32)."""
    entries, members = [], []
    for index, (name, media, content) in enumerate(documents, 1):
        entries.append(f"""  <rim:ExtrinsicObject id="Document{index:02d}" mimeType="{media}"
    objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
    status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">
   {_slot("URI", name)}
   {_slot("size", str(len(content)))}
   {_slot("hash", hashlib.sha1(content).hexdigest())}
   {_slot("creationTime", when.strftime("%Y%m%d%H%M%S"))}
   {_slot("languageCode", "fr-FR")}
   {_slot("sourcePatientId", f"FICTIF-{number:06d}^^^&{OID}.2&ISO^PI")}
   <rim:Name><rim:LocalizedString value="{escape(title)}"/></rim:Name>
   <rim:Classification id="Type{index:02d}" nodeRepresentation="{code}"
     classificationScheme="urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
     classifiedObject="Document{index:02d}">
    {_slot("codingScheme", "2.16.840.1.113883.6.1")}
    <rim:Name><rim:LocalizedString value="{escape(label)}"/></rim:Name>
   </rim:Classification>
  </rim:ExtrinsicObject>""")
        members.append(f"""  <rim:Association id="Member{index:02d}" sourceObject="SubmissionSet01"
    targetObject="Document{index:02d}"
    associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"/>""")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
  xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
 <rim:RegistryObjectList>
{chr(10).join(entries)}
  <rim:RegistryPackage id="SubmissionSet01">
   {_slot("submissionTime", when.strftime("%Y%m%d%H%M%S"))}
   <rim:Name><rim:LocalizedString value="{escape(title)}"/></rim:Name>
  </rim:RegistryPackage>
{chr(10).join(members)}
 </rim:RegistryObjectList>
</lcm:SubmitObjectsRequest>
""".encode()


def xdm(when, title, code, label, number, documents):
    """IHE_XDM.ZIP with these (name, media type, bytes), sizes and SHA-1 true."""
    listed = "".join(f'<li><a href="IHE_XDM/SUBSET01/{name}">{name}</a></li>'
                     for name, _, _ in documents)
    index = (f'<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>'
             f"{escape(title)}</title></head><body><h1>{escape(title)}</h1><ul>{listed}</ul>"
             f"<p>Données fictives de démonstration.</p></body></html>\n").encode()
    readme = ("Émetteur : Logiciel fictif de laboratoire, version 1.0\r\n"
              "Ce fichier ZIP contient des documents fictifs ; ouvrez INDEX.HTM.\r\n").encode()
    entries = [("INDEX.HTM", index), ("README.TXT", readme),
               ("IHE_XDM/SUBSET01/METADATA.XML",
                _metadata(when, title, code, label, number, documents))]
    entries += [("IHE_XDM/SUBSET01/" + name, content) for name, _, content in documents]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, when.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
