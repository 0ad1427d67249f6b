#!/usr/bin/env python3
"""demo_mail.py OUTDIR [--messages N] [--seed N]: the mail of a dental practice that does not exist.

Writes OUTDIR/Maildir/{cur,new,tmp}, as a mail server keeps what the practice received, and
OUTDIR/sent/*.eml, what it sent, from 28 April to 7 May 2026.  From 30 April on its software shows
no new message any more, and on 6 May the operator says so.  Laboratory results, letters, receipts,
and the malformed messages that a practice really gets.  The same arguments give the same bytes.

Everybody in it is fictitious and visibly so; domains end in .example or .test.
"""
import argparse
import base64
import datetime
import os
import random
import sys

sys.dont_write_bytecode = True
import demo_documents as documents  # noqa: E402  (beside this file)

PARIS = datetime.timezone(datetime.timedelta(hours=2))
FIRST = datetime.datetime(2026, 4, 28, 7, 30, tzinfo=PARIS)
STOP = datetime.datetime(2026, 4, 30, 8, 51, tzinfo=PARIS)     # the last automatic receipt
NOTICE = datetime.datetime(2026, 5, 6, 17, 42, tzinfo=PARIS)
RESUMED = datetime.datetime(2026, 5, 6, 18, 33, tzinfo=PARIS)
LAST = datetime.datetime(2026, 5, 7, 9, 0, tzinfo=PARIS)

HOST = "operateur-fictif.example"
PRACTICE = ("Cabinet dentaire Les Tilleuls (fictif), Dr Camille Exemple",
            "cabinet@lestilleuls." + HOST)
OPERATOR = ("Opérateur fictif de messagerie de santé", "information@" + HOST)
LABORATORY = ("Laboratoire fictif des Peupliers", "resultats@labo-fictif.example")
IMAGING = ("Imagerie fictive du Parc", "comptes-rendus@imagerie-fictive.example")
COLLEAGUES = [
    ("Dr Sacha Exemple (fictif), orthodontiste", "sacha.exemple@orthodontie-fictive.example"),
    ("Dr Dominique Exemple (fictive), médecin généraliste", "d.exemple@medecin-fictif.example"),
    ("Hôpital fictif Saint-Exemple, stomatologie", "stomatologie@hopital-fictif.example"),
    ("Élodie Exemple (fictive), infirmière", "elodie.exemple@infirmiers-fictifs.example"),
    ("Prothèses fictives Émail & Cie", "atelier@protheses-fictives.test"),
]
PATIENTS = ["FICTIF Anaïs", "FICTIVE Gaëlle", "EXEMPLE Noé", "EXEMPLE Zoé", "FICTIF Théo",
            "ESSAI Hélène", "ESSAI Jérôme", "FICTIVE Maëlys", "EXEMPLE François", "ESSAI Inès"]
SENTENCES = [
    "Je vous remercie de m'avoir adressé ce patient fictif pour avis.",
    "L'examen clinique ne retrouve pas de signe inflammatoire ; la mobilité est normale.",
    "La radiographie panoramique montre une image apicale en regard de la 36.",
    "Je propose l'avulsion de la 48 sous anesthésie locale, à programmer en mai.",
    "Le traitement anticoagulant est poursuivi ; merci de me transmettre le dernier INR.",
    "Pas d'allergie connue. Antibioprophylaxie à discuter selon les recommandations.",
    "La prothèse provisoire a été posée, l'occlusion contrôlée ; revoir dans quinze jours.",
    "Vous trouverez ci-joint le compte rendu ; je reste à votre disposition.",
    "Le rendez-vous du matin est déplacé à 14 h 30 à la demande de la famille.",
    "Merci de vérifier la teinte A2 et la limite cervicale avant la coulée.",
]


class Mail:
    """One message: when it arrived or left, its octets, and what its Maildir name says."""

    def __init__(self, when, data, sent=False, flags="", bare=False):
        self.when, self.sent, self.flags = when, sent, flags
        # A Maildir holds lines as the delivering program wrote them: often with bare LF.
        self.data = data.replace(b"\r\n", b"\n") if bare else data


# ---- header fields --------------------------------------------------------------------------

def word_b(text):
    """RFC 2047, B: words of at most 75 characters, never cutting a character."""
    words, rest = [], text
    while rest:
        size = min(len(rest), 42)
        while len(rest[:size].encode()) > 42:
            size -= 1
        words.append("=?UTF-8?B?%s?=" % base64.b64encode(rest[:size].encode()).decode())
        rest = rest[size:]
    return "\r\n ".join(words)


def word_q(text, charset="ISO-8859-1"):
    """RFC 2047, Q."""
    def quote(character):
        if character == " ":
            return "_"
        if character.isascii() and character.isalnum():
            return character
        return "".join("=%02X" % octet for octet in character.encode(charset, "replace"))

    words, line = [], ""
    for character in text:
        if len(line) + len(quote(character)) > 50:
            words.append(line)
            line = ""
        line += quote(character)
    words.append(line)
    return "\r\n ".join("=?%s?Q?%s?=" % (charset, word) for word in words)


def mailbox(person, encode=word_b):
    name, address = person
    plain = name.isascii() and not set(name) & set("(),&.")
    return "%s <%s>" % (name if plain else encode(name), address)


def date(when):
    return when.strftime("%a, %d %b %Y %H:%M:%S ") + when.strftime("%z")


def file_name(name):
    """Content-Disposition with an RFC 2231 name, in two pieces when it is long."""
    def percent(text):
        return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else
                       "".join("%%%02X" % octet for octet in c.encode()) for c in text)

    if name.isascii():
        return 'Content-Disposition: attachment; filename="%s"' % name
    if len(name) < 24:
        return "Content-Disposition: attachment;\r\n filename*=UTF-8''" + percent(name)
    return ("Content-Disposition: attachment;\r\n filename*0*=UTF-8''%s;\r\n filename*1*=%s"
            % (percent(name[:20]), percent(name[20:])))


# ---- parts ----------------------------------------------------------------------------------

def lines64(data):
    text = base64.b64encode(data)
    return b"\r\n".join(text[i:i + 76] for i in range(0, len(text), 76)) + b"\r\n"


def quoted(text, charset):
    """Quoted-printable (RFC 2045 6.7) of text whose lines end with LF."""
    out = []
    for line in text.split("\n"):
        row = ""
        for octet in line.encode(charset, "replace"):
            piece = chr(octet) if 32 <= octet < 127 and octet != 61 else "=%02X" % octet
            if len(row) + len(piece) > 75:
                out.append(row + "=")
                row = ""
            row += piece
        out.append(row[:-1] + "=20" if row.endswith(" ") else row)
    return "\r\n".join(out).encode() + b"\r\n"


def text_part(text, style):
    """(fields, octets) of a text in one of the ways in which programs write French."""
    if style == "8bit":
        return (["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"],
                text.replace("\n", "\r\n").encode() + b"\r\n")
    if style == "base64":
        return (["Content-Type: text/plain; charset=windows-1252",
                 "Content-Transfer-Encoding: base64"],
                lines64(text.replace("\n", "\r\n").encode("cp1252", "replace")))
    charset = "UTF-8" if style == "utf-8" else "ISO-8859-15"
    return (["Content-Type: text/plain; charset=" + charset,
             "Content-Transfer-Encoding: quoted-printable"], quoted(text, charset))


def attachment(name, media, data):
    return (["Content-Type: %s" % media, "Content-Transfer-Encoding: base64", file_name(name)],
            lines64(data))


def multipart(kind, boundary, parts):
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + "\r\n".join(fields).encode()
                    + b"\r\n\r\n" + data for fields, data in parts)
    return (["MIME-Version: 1.0", 'Content-Type: multipart/%s;\r\n boundary="%s"' % (kind, boundary)],
            body + b"--" + boundary.encode() + b"--\r\n")


# ---- messages -------------------------------------------------------------------------------

class Practice:
    """Writes the practice's mail, one kind of message a method."""

    def __init__(self, seed):
        self.rnd = random.Random(seed)
        self.number = 0
        rows = [documents.radiograph(self.rnd, *size) for size in ((400, 200), (320, 160), (900, 450))]
        self.images = [("panoramique fictive.png", "image/png", documents.png(rows[0])),
                       ("rétroalvéolaire-36.jpg", "image/jpeg", documents.jpeg(rows[1])),
                       ("téléradiographie de profil (fictive).png", "image/png",
                        documents.png(rows[2]))]

    def moment(self, first=FIRST, last=LAST):
        """Some moment between the two, in working hours."""
        while True:
            when = first + datetime.timedelta(
                seconds=self.rnd.randrange(int((last - first).total_seconds())))
            if 7 <= when.hour < 20 and when.weekday() < 6:
                return when

    def token(self, octets=8):
        return self.rnd.getrandbits(8 * octets).to_bytes(octets, "big").hex()

    def text(self, sentences, greeting="Cher confrère,"):
        chosen = [self.rnd.choice(SENTENCES) for _ in range(sentences)]
        return "\n".join([greeting, ""] + chosen + ["", "Bien cordialement,", "(données fictives)"])

    def message(self, when, sender, recipient, subject, parts, extra=(), style=word_b, **more):
        """fields and octets of a body, put under the header that every message has."""
        fields, body = parts
        domain = sender[1].split("@")[1]
        header = []
        if sender is not PRACTICE:
            header += ["Return-Path: <%s>" % sender[1],
                       "Received: from smtp.%s (smtp.%s [192.0.2.%d])\r\n"
                       "\tby mx.%s with ESMTPS id %s\r\n\tfor <%s>; %s"
                       % (domain, domain, self.rnd.randrange(1, 255), HOST, self.token(6).upper(),
                          recipient[1], date(when + datetime.timedelta(seconds=2)))]
        header += ["Date: " + date(when), "Message-ID: <%s@%s>" % (self.token(), domain),
                   "From: " + mailbox(sender, style), "To: " + mailbox(recipient, style),
                   "Subject: " + (subject if subject.isascii() else style(subject))]
        header += list(extra)
        if not any(field.startswith("MIME-Version") for field in fields):
            header.append("MIME-Version: 1.0")
        data = "\r\n".join(header + fields).encode() + b"\r\n\r\n" + body
        return Mail(when, data, sent=sender is PRACTICE, **more)

    def result(self, urgent=False, when=None):
        """A laboratory's result: IHE_XDM.ZIP with a CDA and a PDF."""
        when = when or self.moment()
        self.number += 1
        patient = self.rnd.choice(PATIENTS)
        findings = ["Hémoglobine : %.1f g/dL" % self.rnd.uniform(8, 16),
                    "INR : %.1f" % self.rnd.uniform(1, 6), "CRP : %d mg/L" % self.rnd.randrange(90)]
        title = "Résultats de biologie médicale (fictifs)"
        label = "CR d'examens biologiques"
        code = "11502-2"
        cda = documents.cda(when, title, code, label, LABORATORY[0], patient, self.number, findings)
        page = documents.pdf([title, LABORATORY[0], "Patient fictif : " + patient, ""] + findings)
        package = documents.xdm(when, title, code, label, self.number,
                                [("DOC00001.XML", "text/xml", cda),
                                 ("DOC00002.PDF", "application/pdf", page)])
        extra = ["X-MSS-NIL: LOGICIEL-FICTIF-LABO", "X-MSS-INS: N", "X-MSS-CODECDA: " + code,
                 "Disposition-Notification-To: <%s>" % LABORATORY[1]]
        if urgent:
            extra += ["Importance: high", "Priority: urgent", "X-Priority: 1 (Highest)"]
        name = patient.split()
        subject = "%sXDM/1.0/DDM+%s %s 1901-01-01" % ("URGENT " if urgent else "", *name)
        note = self.text(1, "URGENT : résultat à voir dès réception." if urgent else "Bonjour,")
        return self.message(when, LABORATORY, PRACTICE, subject, multipart(
            "mixed", "=_" + self.token(), [
                text_part(note, "utf-8"), attachment("IHE_XDM.ZIP", "application/zip", package)]),
            extra)

    def letter(self, urgent=False, when=None):
        """A colleague's letter with an image or a PDF."""
        sender = self.rnd.choice(COLLEAGUES + [IMAGING])
        document = self.rnd.choice(self.images + [
            ("Compte rendu opératoire.pdf", "application/pdf",
             documents.pdf(["Compte rendu (fictif)", sender[0], ""] + SENTENCES[:4]))])
        extra = ["X-MSS-NIL: LOGICIEL-FICTIF-CABINET", "X-MSS-INS: O", "X-MSS-CODECDA: 11488-4"]
        if urgent:
            extra.append("X-Priority: 2")
        subject = self.rnd.choice(["Courrier de consultation", "Imagerie du patient (fictive)",
                                   "Avis demandé : dent n° 36", "Réponse à votre courrier"])
        style = self.rnd.choice(["utf-8", "latin", "base64"])
        return self.message(when or self.moment(), sender, PRACTICE,
                            ("URGENT – " if urgent else "") + subject, multipart(
            "mixed", "----=_Part_" + self.token(4), [
                text_part(self.text(self.rnd.randrange(2, 7)), style), attachment(*document)]),
            extra, style=self.rnd.choice([word_b, lambda text: word_q(text, "UTF-8")]))

    def note(self):
        """A few lines, as plain text or with an HTML twin."""
        sender = self.rnd.choice(COLLEAGUES)
        text = self.text(self.rnd.randrange(1, 5), "Bonjour,")
        style = self.rnd.choice(["8bit", "utf-8", "latin", "base64"])
        parts = text_part(text, style)
        if self.rnd.random() < 0.4:
            page = "<html><body><p>%s</p></body></html>" % text.replace("\n", "<br>\n")
            parts = multipart("alternative", "=_alt_" + self.token(4), [
                text_part(text, style), (["Content-Type: text/html; charset=UTF-8",
                                          "Content-Transfer-Encoding: quoted-printable"],
                                         quoted(page, "UTF-8"))])
        return self.message(self.moment(), sender, PRACTICE, "Rendez-vous déplacé à 14 h 30", parts,
                            style=word_q)

    def patient(self):
        """A patient's own mailbox, whose address is a number (an impossible one here)."""
        sender = (self.rnd.choice(PATIENTS), "000000000000000@patient." + HOST)
        return self.message(self.moment(), sender, PRACTICE, "Question après mon rendez-vous",
                            text_part(self.text(2, "Bonjour docteur,"), "8bit"))

    def notice(self):
        """What the operator told its users, six days late."""
        text = ("Madame, Monsieur,\n\nDepuis le 30 avril, l'affichage de vos nouveaux messages a pu "
                "être interrompu\ndans votre logiciel. Les messages reçus restent présents sur le "
                "webmail ;\naucun message n'a été perdu. Le service est rétabli ce jour.\n\n"
                "Opérateur fictif de messagerie de santé\n(avis fictif, fait pour une démonstration)")
        return self.message(
            NOTICE, OPERATOR, PRACTICE, "Messagerie fictive – Possible défaut d'affichage de vos "
            "nouveaux messages", text_part(text, "utf-8"),
            ["Importance: high", "Auto-Submitted: auto-generated", "X-MSS-NIL: OPERATEUR-FICTIF"])

    def delivery_report(self):
        """DSN (RFC 3464): a message of the practice could not be delivered."""
        gone = "ancien-%s@hopital-fictif.example" % self.token(2)
        status = ("Reporting-MTA: dns; smtp.%s\r\n\r\nFinal-Recipient: rfc822; %s\r\nAction: failed\r\n"
                  "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 Adresse inconnue\r\n"
                  % (HOST, gone)).encode()
        original = ("From: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s@lestilleuls.%s>\r\n"
                    % (PRACTICE[1], gone, self.token(), HOST)).encode()
        fields, body = multipart("report", "=_dsn_" + self.token(4), [
            text_part("Le message n'a pas pu être remis à %s." % gone, "utf-8"),
            (["Content-Type: message/delivery-status"], status),
            (["Content-Type: text/rfc822-headers"], original)])
        fields[1] += "; report-type=delivery-status"
        return self.message(self.moment(), ("MAILER-DAEMON", "mailer-daemon@" + HOST), PRACTICE,
                            "Échec de remise", (fields, body), ["Auto-Submitted: auto-replied"])

    def receipt(self, when, sender, recipient, code=None):
        """MDN (RFC 8098) written by a program: processed, or with the error `code`."""
        disposition = "automatic-action/MDN-sent-automatically; " + (
            "processed/error" if code else "processed")
        status = ("Reporting-UA: logiciel-fictif.example; Logiciel fictif 1.0\r\n"
                  "Final-Recipient: rfc822; %s\r\nOriginal-Message-ID: <%s@labo-fictif.example>\r\n"
                  "Disposition: %s\r\n" % (sender[1], self.token(), disposition))
        status += "Error: intégration impossible, code %s\r\n" % code if code else ""
        fields, body = multipart("report", "=_mdn_" + self.token(4), [
            text_part("Accusé automatique du logiciel fictif.", "utf-8"),
            (["Content-Type: message/disposition-notification"], status.encode())])
        fields[1] += "; report-type=disposition-notification"
        subject = "[KO Intégration système !][%s]" % code if code else "Accusé de traitement"
        return self.message(when, sender, recipient, subject, (fields, body),
                            ["Auto-Submitted: auto-replied"])

    def own_receipt(self):
        """The practice's software answers by itself, except while it shows nothing."""
        when = self.moment(FIRST, STOP) if self.rnd.random() < 0.7 else self.moment(
            RESUMED, LAST)
        return self.receipt(when, PRACTICE, LABORATORY)

    def sent(self):
        """A letter of the practice."""
        recipient = self.rnd.choice(COLLEAGUES)
        parts = text_part(self.text(self.rnd.randrange(2, 6), "Cher confrère, chère consœur,"), "utf-8")
        if self.rnd.random() < 0.5:
            parts = multipart("mixed", "=_" + self.token(), [
                parts, attachment(*self.rnd.choice(self.images[:2]))])
        return self.message(self.moment(), PRACTICE, recipient, "Demande d'avis – dossier fictif",
                            parts, ["X-MSS-NIL: LOGICIEL-FICTIF-CABINET"])

    # ---- what arrives although no standard allows it ----

    def malformed(self):
        """Messages with a defect each; a practice gets them, so an archive must keep them."""
        def head(*fields):
            return "\r\n".join(("Return-Path: <automate@vieux-logiciel.test>",) + fields).encode()

        plain = "From: automate@vieux-logiciel.test", "To: " + PRACTICE[1]
        day = "Date: " + date(self.moment())
        same = "Message-ID: <identifiant.unique@vieux-logiciel.test>"
        text = b"\r\n\r\nDonn\xc3\xa9es fictives.\r\n"
        raw = self.rnd.randbytes(300_000)
        bodies = [
            head(*plain, "Message-ID: <sans-date@vieux-logiciel.test>", "Subject: sans date") + text,
            head(*plain, day, "Subject: sans identifiant") + text,
            head(*plain, day, same, "Subject: premier de deux") + text,
            head(*plain, day, same, "Subject: second de deux, autre texte") + text + b"Autre.\r\n",
            head(*plain, day, "Subject: octets nuls") + b"\r\n\r\navant\0apr\xe8s\0\0fin\r\n",
            head(*plain, day, "Subject: ligne de 5000") + b"\r\n\r\n" + b"x" * 5000 + b"\r\n",
            head(*plain, day, "Subject: base64 en une ligne", "Content-Type: application/octet-stream",
                 "Content-Transfer-Encoding: base64") + b"\r\n\r\n" + base64.b64encode(raw),
            head(*plain, day).replace(b"Date:", "Subject: en-tête brut\r\nDate:".encode("latin-1")) + text,
            head(*plain, day, "Subject: en-tête UTF-8 sans encodage") + text,
            head(*plain, day, "Subject: en-tête seul, sans ligne vide") + b"\r\n",
            head("Subject: sans expéditeur ni destinataire") + text,
            head(*plain, day, "Subject: retours chariot seuls") + b"\r\n\r\nun\rdeux\rtrois\r\n",
            head(*plain, day, 'Content-Type: multipart/mixed; boundary="jamais-fermé"')
            + "\r\n\r\n--jamais-fermé\r\n\r\nLa fin manque".encode(),
            b"",
        ]
        return [Mail(self.moment(), body, bare=index % 4 == 3) for index, body in enumerate(bodies)]

    def mail(self, count):
        """count messages by time, those of the incident and the malformed ones among them."""
        at = lambda day, hour, minute: datetime.datetime(2026, *day, hour, minute, tzinfo=PARIS)
        out = [self.notice(), self.result(True, at((4, 30), 9, 14)),
               self.result(True, at((5, 2), 11, 40)), self.letter(True, at((4, 30), 17, 20)),
               self.receipt(self.moment(FIRST, STOP), IMAGING, PRACTICE),
               self.receipt(self.moment(STOP, NOTICE), LABORATORY, PRACTICE, "E-1042"),
               self.receipt(STOP, PRACTICE, LABORATORY), self.delivery_report()]
        out += self.malformed()
        copy = self.note()  # the same octets twice: two arrivals, so two records
        out += [copy, Mail(copy.when + datetime.timedelta(minutes=3), copy.data)]
        kinds = [self.result, self.letter, self.note, self.patient, self.sent, self.own_receipt,
                 self.delivery_report]
        weights = [24, 22, 16, 5, 18, 14, 1]
        while len(out) < count:
            out.append(self.rnd.choices(kinds, weights)[0]())
        out = sorted(out[:count], key=lambda mail: mail.when)
        for mail in out:
            self.mark(mail)
        return out

    def mark(self, mail):
        """Flags as the server would show them on 7 May; some lines end with LF alone."""
        if mail.sent:
            return
        shown = mail.when < STOP or mail.when > RESUMED
        if self.rnd.random() < (0.95 if shown else 0.3):
            mail.flags = "".join(letter for letter, chance in zip("FPRST", (0.1, 0.05, 0.3, 1, 0.04))
                                 if self.rnd.random() < chance)
        if self.rnd.random() < 0.4:
            mail.data = mail.data.replace(b"\r\n", b"\n")


def write(path, mail):
    with open(path, "wb") as file:
        file.write(mail.data)
    os.utime(path, (mail.when.timestamp(),) * 2)


def main():
    parser = argparse.ArgumentParser(description="Writes the mail of a fictitious dental practice.")
    parser.add_argument("outdir")
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    maildir = os.path.join(options.outdir, "Maildir")
    for folder in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(maildir, folder), exist_ok=True)
    os.makedirs(os.path.join(options.outdir, "sent"), exist_ok=True)
    received = sent = octets = 0
    for index, mail in enumerate(Practice(options.seed).mail(options.messages)):
        octets += len(mail.data)
        if mail.sent:
            sent += 1
            path = os.path.join(options.outdir, "sent", "%s-%03d.eml" % (
                mail.when.strftime("%Y%m%d-%H%M"), index))
        else:
            received += 1
            name = "%d.M%06dP42.serveur-fictif,S=%d" % (mail.when.timestamp(), index, len(mail.data))
            path = os.path.join(maildir, "cur", name + ":2," + mail.flags) if mail.flags else \
                os.path.join(maildir, "new", name)
        write(path, mail)
    print("%d messages: %d received, %d sent, %d octets" % (received + sent, received, sent, octets))


if __name__ == "__main__":
    main()
