/*
 * Every limit on what comes from outside, with its reason.  A parser meets
 * the limit before it allocates or loops.
 */
#ifndef PB_CORE_LIMITS_H
#define PB_CORE_LIMITS_H

/* FORMAT 1: n is a u8. */
#define PB_LIMIT_PARTS 255
/* FORMAT 1: slices of the header and of the body, so that with digest, facts,
 * class and envelope a message has at most 254 parts. */
#define PB_LIMIT_HEADER_SLICES 50
#define PB_LIMIT_BODY_SLICES 200
/* FORMAT 1: where the header part ends even without an empty line. */
#define PB_LIMIT_HEADER (1024 * 1024)
/* A boundary of RFC 2046 has at most 70 characters; real ones are sometimes longer. */
#define PB_LIMIT_BOUNDARY 200
/* A boundary line with its trailing white space: what the cutter holds back. */
#define PB_LIMIT_BOUNDARY_LINE 1024
/* The Content-Type field as far as it is read for its boundary. */
#define PB_LIMIT_CONTENT_TYPE 4096

/* FORMAT 3: part bytes and table of one record. */
#define PB_LIMIT_RECORD (4ULL * 1024 * 1024 * 1024)
/* A sealed record: zstd may add a little to what it cannot compress. */
#define PB_LIMIT_PAYLOAD (PB_LIMIT_RECORD + PB_LIMIT_RECORD / 128 + 1024)
/* FORMAT 3: zstd windows up to 8 MiB = 2^23, so that a reader needs no more. */
#define PB_LIMIT_ZSTD_WINDOW_LOG 23
/* Sealed bytes kept in memory; beyond, they spill into an unnamed file. */
#define PB_LIMIT_SPILL (1024 * 1024)
/* An opened record kept in memory; a larger one is decrypted once per look. */
#define PB_LIMIT_OPENED (4 * 1024 * 1024)

/* FORMAT 2: an origin. */
#define PB_LIMIT_ORIGIN 200
/* A signed note: text and up to 16 signatures and more. */
#define PB_LIMIT_NOTE (64 * 1024)
#define PB_LIMIT_NOTE_SIGNATURES 64
/* A trust file. */
#define PB_LIMIT_TRUST (1024 * 1024)
#define PB_LIMIT_TRUST_LINES 1000

/* FORMAT 3: the JSON header of a segment: its CMS grows by ~1 KiB per reader. */
#define PB_LIMIT_SEGMENT_HEADER (1024 * 1024)
#define PB_LIMIT_READERS 64
/* FORMAT 1.5: segments whose keys one record hands over: 48 bytes each, in PB_LIMIT_OBJECTS. */
#define PB_LIMIT_HANDED 340000
/* FORMAT 3: a segment closes at this size, or at this age. */
#define PB_LIMIT_SEGMENT (64ULL * 1024 * 1024)
#define PB_LIMIT_SEGMENT_AGE_S (24 * 3600)

/* FORMAT 4: an import commits when it holds this much or this many records. */
#define PB_LIMIT_GROUP (8 * 1024 * 1024)
#define PB_LIMIT_GROUP_RECORDS 2048

/* Between a listener and the writer.  A packet, of which a socket's buffer holds three, so that
 * ordinary mail crosses in one; records that a listener may have unanswered, so that the answers
 * to all fit into that buffer; the names and origins of thousands of archives. */
#define PB_LIMIT_RELAY_PACKET (64 * 1024)
#define PB_LIMIT_RELAY_UNANSWERED 64
#define PB_LIMIT_RELAY_TABLE (1024 * 1024)

/* Questions that the stamper asks at once: the writer has one, and writers that ended have left
 * theirs to run until their time is over. */
#define PB_LIMIT_STAMPER_QUESTIONS 16

/* JSON from outside: the text; its arrays and objects inside each other; its values, 32 bytes
 * of memory each. */
#define PB_LIMIT_JSON (16 * 1024 * 1024)
#define PB_LIMIT_JSON_DEPTH 32
#define PB_LIMIT_JSON_VALUES 1000000

/* A PEM or DER file that is read whole: keys and certificates. */
#define PB_LIMIT_PEM (1024 * 1024)
#define PB_LIMIT_PASSPHRASE 1024

/* Characters that a new one has at least: shorter ones are tried out in no time. */
#define PB_LIMIT_PASSPHRASE_LEAST 8

/* How long a command waits for another one that writes to the archive: commands of a practice
 * take a second or two.  And with tokens in its hands that authorities gave, before they are lost
 * (seconds). */
#define PB_LIMIT_LOCK_WAIT_S 10
#define PB_LIMIT_LOCK_WAIT_TOKENS_S 60

/* A timestamp request. */
#define PB_LIMIT_STAMP_REQUEST (16 * 1024)
/* DER elements inside each other; a token with its certificates has about 15. */
#define PB_LIMIT_DER_DEPTH 32

/* Certificates beside each other, of which a path is made, and signatures checked on the way. */
#define PB_LIMIT_CERTIFICATES 256
#define PB_LIMIT_PATH_STEPS 64
/* A CRL or OCSP response.  The largest CRLs of public authorities have some MiB. */
#define PB_LIMIT_REVOCATION (64 * 1024 * 1024)

/* Directories inside directories on import. */
#define PB_LIMIT_PATH 4096
#define PB_LIMIT_DEPTH 64

/* Import.  A message inside an archive or mbox that is handed to another thread in memory, and all
 * that wait so together; longer ones are sealed as they stream. */
#define PB_LIMIT_AT_HAND (4 * 1024 * 1024)
#define PB_LIMIT_ALL_AT_HAND (24 * 1024 * 1024)
/* What an import sealed and nobody has viewed yet, kept in memory: some commits of it. */
#define PB_LIMIT_FRESH ((size_t)40 * 1024 * 1024)
/* A postmark: "From ", an address (254, RFC 5321) perhaps quoted, a date, and what some add. */
#define PB_LIMIT_POSTMARK 1024
/* Entries of an archive.  What it becomes may be two hundred times its size once it is over 64 MiB:
 * mail, with its attachments encoded, shrinks to a half or a tenth.  It bounds memory too, since a
 * decompressor's dictionary fills as octets come out (64 MiB is that of xz -9). */
#define PB_LIMIT_ENTRIES 10000000
#define PB_LIMIT_EXPANSION 200
#define PB_LIMIT_EXPANSION_FREE (64ULL * 1024 * 1024)
/* An archive's own mailboxes; an address with its quotes. */
#define PB_LIMIT_MAILBOXES 1000
#define PB_LIMIT_ADDRESS 320
/* Of a message's From and Sender, each as far as it is read for its addresses. */
#define PB_LIMIT_ADDRESS_FIELD (16 * 1024)
/* What a door remembers of mail that it let through, some 100,000 lines; then none passes.  And an
 * MTA's name for a message, of which more than that is not noted. */
#define PB_LIMIT_GAPS (8 * 1024 * 1024)
#define PB_LIMIT_QUEUE_ID 64
/* Messages that `imports` remembers, 8 bytes of memory each, 24 to resume. */
#define PB_LIMIT_IMPORTS 4000000

/* Findings listed per check; the rest is counted. */
#define PB_LIMIT_FINDINGS 100

/* The timestamping authorities of an archive: how many, and what its configuration holds. */
#define PB_LIMIT_TSAS 16
#define PB_LIMIT_TSA_ROOTS 256 /* of all of them */
#define PB_LIMIT_TSA_URL 511
#define PB_LIMIT_TSA_OID 127
#define PB_LIMIT_TSA_PATH 1023
#define PB_LIMIT_TSA_CONFIG (256 * 1024)
/* Nobody waits longer for an authority's answer, or asks it less often. */
#define PB_LIMIT_TSA_TIMEOUT_S 600
#define PB_LIMIT_TSA_INTERVAL_S (30 * 24 * 3600)
/* An authority's answer: a token with its certificates is a few KiB. */
#define PB_LIMIT_TSA_REPLY (1024 * 1024)
/* What is fetched beside one answer, from addresses that its certificates name: issuers and lists
 * of a chain of three or four. */
#define PB_LIMIT_TSA_FETCHES 8
/* Kept beside a token: CRLs and OCSP answers, how many and how long each; and what its chain may
 * be long.  The CRLs of large authorities reach some MiB; those stay outside. */
#define PB_LIMIT_LISTS 8
#define PB_LIMIT_LIST (1024 * 1024)
#define PB_LIMIT_CHAIN (256 * 1024)

/* FORMAT 2.2: an anchor's objects as a verifier reads them, each and together.  A certificate
 * chain is a few KiB; the largest revocation lists in use reach some MiB. */
#define PB_LIMIT_OBJECT (4 * 1024 * 1024)
#define PB_LIMIT_OBJECTS (16 * 1024 * 1024)
/* FORMAT 5.6: commits that a verifier remembers, to hold the checkpoints of anchors against. */
#define PB_LIMIT_COMMITS_KEPT 65536
/* What a verification hands out: spans of proven intervals, tokens that were looked at. */
#define PB_LIMIT_INTERVALS 10000
#define PB_LIMIT_TOKENS_SEEN 10000
/* Anchors one behind the other that no later token covers yet. */
#define PB_LIMIT_INTERVALS_OPEN 65536

/* FORMAT 5.3: runs in manifest.json and in closed.json, so that the JSON of either meets
 * PB_LIMIT_JSON and _VALUES; and whom a bundle is for, in octets. */
#define PB_LIMIT_RUNS 140000
#define PB_LIMIT_RECIPIENT 1024

/* FORMAT 6.2: a sealed summary: a view (PB_LIMIT_VIEW) and what the record's facts say. */
#define PB_LIMIT_SUMMARY (128 * 1024)
/* Threads that index, with a child program each; and segments of 64 MiB that wait for one. */
#define PB_LIMIT_VIEW_THREADS 8
#define PB_LIMIT_VIEW_QUEUE 256
/* FORMAT 1.5: records that one observation names: whoever sends a thousand messages of one
 * Message-ID gets no longer record by it.  And how long a sender tries again (RFC 5321 4.5.4.1). */
#define PB_LIMIT_OBSERVED 64
#define PB_LIMIT_RETRY_S (5 * 24 * 3600)
/* How long the catalog waits for another process that uses it. */
#define PB_LIMIT_CATALOG_WAIT_MS 10000

/* FORMAT 1.5: runs of a destruction, so that its facts stay below 1 MiB. */
#define PB_LIMIT_DESTROYED 16384

/* A policy (policies/): its text; collections inside each other; keys of one mapping; one text in
 * it; all of its values, some hundred bytes of memory each. */
#define PB_LIMIT_POLICY (4 * 1024 * 1024)
#define PB_LIMIT_POLICY_DEPTH 6
#define PB_LIMIT_POLICY_KEYS 32
#define PB_LIMIT_POLICY_TEXT 4096
#define PB_LIMIT_POLICY_VALUES 200000
/* Its doors, a process each; its archives, which are compared with each other. */
#define PB_LIMIT_POLICY_DOORS 32
#define PB_LIMIT_POLICY_ARCHIVES 4096
#define PB_LIMIT_POLICY_PROFILES 32
/* What a process tells of itself: a row of its own, one for each archive, each authority. */
#define PB_LIMIT_BOARD_ROWS (1 + PB_LIMIT_POLICY_ARCHIVES + PB_LIMIT_TSAS)
/* Its map: the file, with a line of some 60 octets for each of 100,000 addresses and as many
 * comments; what a server may call a map. */
#define PB_LIMIT_MAP (16 * 1024 * 1024)
#define PB_LIMIT_MAP_LINES 200000
#define PB_LIMIT_MAP_NAME 64
/* Its server.  An answer: an archive's name, or a reason of a sentence or two; a number of four
 * digits.  How long it may take over one answer, and after how long nothing more is asked of a
 * message: time for the five questions of an ordinary one (two addresses, their domains, whether
 * that is ours), and with the last answer and the wait for the writer less than any MTA waits
 * (smtpd_proxy_timeout: 100 s).  Answers that are remembered, half a MiB of them, and how long: as
 * long as somebody who changed a table waits without asking himself. */
#define PB_LIMIT_SOCKETMAP_ANSWER 4096
#define PB_LIMIT_SOCKETMAP_ANSWER_US (5 * 1000000LL)
#define PB_LIMIT_SOCKETMAP_US (5 * PB_LIMIT_SOCKETMAP_ANSWER_US)
#define PB_LIMIT_SOCKETMAP_REMEMBERED 10007
#define PB_LIMIT_SOCKETMAP_MEMORY_US (30 * 1000000LL)

/* A list of practices (CSV): its text, as long as a policy of as many archives; fields of a row, of
 * which a list that a spreadsheet wrote has a dozen. */
#define PB_LIMIT_CSV PB_LIMIT_POLICY
#define PB_LIMIT_CSV_FIELDS 64
/* Whom alerts go to; an address of http that they go to. */
#define PB_LIMIT_ALERT_RECIPIENTS 32
#define PB_LIMIT_ALERT_URL 1023
/* A webhook's token, in one line of a header. */
#define PB_LIMIT_ALERT_TOKEN 4096
/* Alerts that are remembered, standing or not told yet: more is one mishap that many see. */
#define PB_LIMIT_ALERTS 1024
/* Of them, those that an archive can't take as records yet. */
#define PB_LIMIT_ALERT_STATEMENTS 1024

/* The rules of an export: their stretches are found in quadratic time. */
#define PB_LIMIT_EXPORT_RULES 4096
/* Checkpoints that a receiver holds, which an export is to be comparable with. */
#define PB_LIMIT_EXPORT_HELD 16

/* An HTTP answer's header lines, all together; the places it may send to, one after the other;
 * connections that the server holds at once. */
#define PB_LIMIT_HTTP_HEADERS (64 * 1024)
#define PB_LIMIT_HTTP_REDIRECTS 5
#define PB_LIMIT_HTTP_CONNECTIONS 64

/* FORMAT 5.3: entries of a package outside records/, which a verifier keeps a table of: five or
 * more for each token. */
#define PB_LIMIT_BUNDLE_ENTRIES 1000000
/* log/range-proof: 128 hashes; log/verifier-key; a consistency proof. */
#define PB_LIMIT_PROOF_TEXT (16 * 1024)

/* FORMAT 6.3: the index of one segment.  Records: a segment of PB_LIMIT_SEGMENT holds a third.
 * Words with their fields, the octets of all, the octets of the rows they stand in: three times
 * what segments of short letters need, so that one of 64 MiB that unpacks to much more stays below
 * 128 MiB of memory.  Words of one message: an attachment of all the words of a dictionary is more.
 */
#define PB_LIMIT_INDEX_ROWS (1024 * 1024)
#define PB_LIMIT_INDEX_TERMS (1024 * 1024)
#define PB_LIMIT_INDEX_KEYS (32 * 1024 * 1024)
#define PB_LIMIT_INDEX_POSTINGS (32 * 1024 * 1024)
#define PB_LIMIT_INDEX_MESSAGE 65536
/* What one sealed unit of it unpacks to, and the whole file. */
#define PB_LIMIT_INDEX_UNIT (64 * 1024 * 1024)
#define PB_LIMIT_INDEX_FILE (128 * 1024 * 1024)
/* A query, in octets; its terms; the words of one phrase (a bit each). */
#define PB_LIMIT_QUERY 4096
#define PB_LIMIT_QUERY_TERMS 64
#define PB_LIMIT_QUERY_WORDS 64

/* FORMAT 6.1: a view's JSON, and the text of a message as far as its words are looked for: the
 * text of a thick book.  Longer lists and texts are cut, and the view says so. */
#define PB_LIMIT_VIEW (64 * 1024)
#define PB_LIMIT_VIEW_TEXT (1024 * 1024)
#define PB_LIMIT_VIEW_LIST 500    /* entries of each list */
#define PB_LIMIT_VIEW_STRING 2000 /* octets of each of its texts */
/* A message that the child is given: larger ones than mail systems carry (100 MB) are not sent. */
#define PB_LIMIT_VIEW_MESSAGE (128 * 1024 * 1024)
/* Wall clock for one message, and the child's own processor time for it; its address space. */
#define PB_LIMIT_VIEW_MS 20000
#define PB_LIMIT_VIEW_CPU_MS 8000
/* Wall clock for each message once one took that long and had no view, so that a thousand such cost
 * half an hour: a thousand times what a letter needs, and for each MiB ten times what it needs. */
#define PB_LIMIT_VIEW_WARY_MS 2000
#define PB_LIMIT_VIEW_WARY_MIB_MS 100
#define PB_LIMIT_VIEW_MEMORY (512UL * 1024 * 1024)
/* Parts inside each other, parts looked at, fields of one header.  Real mail has 5, 100, 100. */
#define PB_LIMIT_VIEW_DEPTH 32
#define PB_LIMIT_VIEW_PARTS 1000
#define PB_LIMIT_VIEW_FIELDS 10000
/* Colons of one address field: each may open a group, and GMime reads groups recursively. */
#define PB_LIMIT_VIEW_GROUPS 4000
/* A text part or a message inside, decoded, before its words are taken out: HTML is wordy. */
#define PB_LIMIT_VIEW_DECODED (8 * 1024 * 1024)
/* class: its lists of words, and the code of a receipt's error. */
#define PB_LIMIT_CLASS_LIST 32
#define PB_LIMIT_MDN_CODE 16
/* An IHE_XDM.ZIP: its own octets; those of all files of all such packages in a message; files of
 * one; METADATA.XML and the documents that it states; elements of XML inside each other. */
#define PB_LIMIT_XDM (64 * 1024 * 1024)
#define PB_LIMIT_XDM_EXPANDED (128 * 1024 * 1024)
#define PB_LIMIT_XDM_ENTRIES 1000
#define PB_LIMIT_XDM_METADATA (4 * 1024 * 1024)
#define PB_LIMIT_XDM_DOCUMENTS 500
#define PB_LIMIT_XML_DEPTH 100

/* Doors.  A line of SMTP: 512 octets (RFC 5321 4.5.3.1.4), and what SIZE, DSN (RFC 3461 5.4: 500
 * for ORCPT), SMTPUTF8 and XFORWARD add. */
#define PB_LIMIT_SMTP_LINE 2048
/* All lines of one reply of a next hop: EHLO's has twenty or so. */
#define PB_LIMIT_SMTP_REPLY (64 * 1024)
/* Recipients of one transaction: no fewer than 100 (RFC 5321 4.5.3.1.8); as many as Postfix lets
 * one have. */
#define PB_LIMIT_SMTP_RECIPIENTS 1000
/* A value of XFORWARD: 255 octets (Postfix's XFORWARD_README), and a NUL. */
#define PB_LIMIT_FORWARDED 256
/* A journal report as far as it is held before it is known whom it concerns: its header and its
 * text, a line for each recipient; Exchange Online lets a message have 1,000. */
#define PB_LIMIT_JOURNAL_HEAD (1024 * 1024)
/* Refused commands after which a session ends: somebody tries. */
#define PB_LIMIT_SMTP_ERRORS 20
/* A packet of the milter protocol: a piece of body has 65,535 octets, a field what the MTA lets it
 * have (Postfix 102,400); FORMAT 1 lets a whole header have this. */
#define PB_LIMIT_MILTER_PACKET (1024 * 1024)
/* One text that an MTA tells of its client: a name of 255 octets, a certificate's subject. */
#define PB_LIMIT_MILTER_TEXT 4096
/* How long an MTA may say nothing: as libmilter, longer than any client of it may (RFC 5321
 * 4.5.3.2). */
#define PB_LIMIT_MILTER_WAIT_MS (7210 * 1000)

#endif
