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

sys.dont_write_bytecode = True            # nothing is left beside the tools
import demo_documents as documents
from demo_mime import (attachment, date, mailbox, multipart, quoted, text_part,
                       word_b, word_q)

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
    """One message: when it arrived or left, its octets, and its flags on the server."""

    def __init__(self, when, data, sent=False):
        self.when, self.data, self.sent, self.flags = when, data, sent, ""


# ---- messages -------------------------------------------------------------------------------

class Practice:
    """Writes the practice's mail, one kind of message a method."""

    def __init__(self, seed):
        self.rnd = random.Random(seed)
        self.number = 0
        small, middle, large = (documents.radiograph(self.rnd, 2 * height, height)
                                for height in (160, 200, 450))
        self.images = [("panoramique fictive.png", "image/png", documents.png(middle)),
                       ("rétroalvéolaire-36.jpg", "image/jpeg", documents.jpeg(small)),
                       ("téléradiographie de profil (fictive).png", "image/png",
                        documents.png(large))]

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
        return "\n".join([greeting, ""] + chosen + ["", "Bien cordialement,",
                                                    "(données fictives)"])

    def message(self, when, sender, recipient, subject, parts, extra=(), style=word_b):
        """The fields and octets of a body under the header that every message has."""
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
        return Mail(when, data, sent=sender is PRACTICE)

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
        return self.message(self.moment(), sender, PRACTICE, "Rendez-vous déplacé à 14 h 30",
                            parts, style=word_q)

    def patient(self):
        """A patient's own mailbox, whose address is a number (an impossible one here)."""
        sender = (self.rnd.choice(PATIENTS), "000000000000000@patient." + HOST)
        return self.message(self.moment(), sender, PRACTICE, "Question après mon rendez-vous",
                            text_part(self.text(2, "Bonjour docteur,"), "8bit"))

    def notice(self):
        """What the operator told its users, six days late."""
        text = ("Madame, Monsieur,\n\nDepuis le 30 avril, l'affichage de vos nouveaux messages a "
                "pu être interrompu\ndans votre logiciel. Les messages reçus restent présents sur "
                "le webmail ;\naucun message n'a été perdu. Le service est rétabli ce jour.\n\n"
                "Opérateur fictif de messagerie de santé\n(avis fictif, pour une démonstration)")
        return self.message(
            NOTICE, OPERATOR, PRACTICE, "Messagerie fictive – Possible défaut d'affichage de vos "
            "nouveaux messages", text_part(text, "utf-8"),
            ["Importance: high", "Auto-Submitted: auto-generated", "X-MSS-NIL: OPERATEUR-FICTIF"])

    def delivery_report(self):
        """DSN (RFC 3464): a message of the practice could not be delivered."""
        gone = "ancien-%s@hopital-fictif.example" % self.token(2)
        status = ("Reporting-MTA: dns; smtp.%s\r\n\r\n"
                  "Final-Recipient: rfc822; %s\r\nAction: failed\r\n"
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
        parts = text_part(self.text(self.rnd.randrange(2, 6), "Chère consœur,"), "utf-8")
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
            head(*plain, "Message-ID: <1@vieux-logiciel.test>", "Subject: sans date") + text,
            head(*plain, day, "Subject: sans identifiant") + text,
            head(*plain, day, same, "Subject: premier de deux") + text,
            head(*plain, day, same, "Subject: second de deux, autre texte") + text + b"Autre.\r\n",
            head(*plain, day, "Subject: octets nuls") + b"\r\n\r\navant\0apr\xe8s\0\0fin\r\n",
            head(*plain, day, "Subject: ligne de 5000") + b"\r\n\r\n" + b"x" * 5000 + b"\r\n",
            head(*plain, day, "Subject: base64 en une ligne",
                 "Content-Transfer-Encoding: base64") + b"\r\n\r\n" + base64.b64encode(raw),
            head(*plain, day) + "\r\nSubject: en-tête brut, latin-1".encode("latin-1") + text,
            head(*plain, day, "Subject: en-tête UTF-8 sans encodage") + text,
            head(*plain, day, "Subject: en-tête seul, sans ligne vide") + b"\r\n",
            head("Subject: sans expéditeur ni destinataire") + text,
            head(*plain, day, "Subject: retours chariot seuls") + b"\r\n\r\nun\rdeux\rtrois\r\n",
            head(*plain, day, 'Content-Type: multipart/mixed; boundary="jamais-fermé"')
            + "\r\n\r\n--jamais-fermé\r\n\r\nLa fin manque".encode(),
            b"",
        ]
        return [Mail(self.moment(), body) for body in bodies]

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
        """Flags as the server would show them on 7 May, and line ends as a Maildir has them."""
        if mail.sent:
            return
        shown = mail.when < STOP or mail.when > RESUMED
        if self.rnd.random() < (0.95 if shown else 0.3):
            chances = (("F", 0.1), ("P", 0.05), ("R", 0.3), ("S", 1), ("T", 0.04))
            mail.flags = "".join(flag for flag, chance in chances if self.rnd.random() < chance)
        if self.rnd.random() < 0.4:  # as the delivering program wrote them: often LF alone
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
            name = "%d.M%06dP42.serveur-fictif,S=%d" % (
                mail.when.timestamp(), index, len(mail.data))
            path = os.path.join(maildir, "cur", name + ":2," + mail.flags) if mail.flags else \
                os.path.join(maildir, "new", name)
        write(path, mail)
    print("%d messages: %d received, %d sent, %d octets"
          % (received + sent, received, sent, octets))


if __name__ == "__main__":
    main()
