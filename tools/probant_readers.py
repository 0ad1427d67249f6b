"""Who can open an archive's segments, and how a reader who came later is handed the earlier keys.

Written from docs/FORMAT.md 1.5 and 3.3 alone for recover.py and second_verifier.py.
"""
import probant_cms as cms
import probant_format as pb

ENTRY = 48                          # u64 first seq || a wrapped segment key


class Wrong(pb.Refused):
    """What was handed over is not the key that it should be."""


def first_record(segment):
    """The parts of a segment's first record, which stands open."""
    for frame in segment.frames(segment.start):
        if frame.tag == "P":
            return pb.open_payload(segment.origin, frame.r, frame.payload)
        break
    raise pb.Refused("its first record does not open it")


def facts_of(parts):
    return pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])


def objects_of(parts):
    return [data for kind, data in parts if kind == pb.OBJECT]


def entries_of(objects):
    """(first seq, wrapped key) of each segment that was handed over."""
    if any(not data or len(data) % ENTRY for data in objects):
        raise pb.Refused("the keys that were handed over are not whole")
    data = b"".join(objects)
    return [(int.from_bytes(data[at:at + 8], "big"), data[at + 8:at + ENTRY])
            for at in range(0, len(data), ENTRY)]


class Keyring:
    """The segment keys that one private key opens."""

    def __init__(self, archive, reader, passphrase_file):
        self.archive, self.reader, self.passphrase_file = archive, reader, passphrase_file
        self.handed = None

    def open(self, segment):
        try:
            return pb.open_cms(segment.cms, self.reader, self.passphrase_file)
        except pb.Refused:
            if self.handed is None:
                self.handed = self.look()
            if segment.first_seq not in self.handed:
                raise
            if self.handed[segment.first_seq] is None:
                raise Wrong("what was handed over is not this segment's key")
            return self.handed[segment.first_seq]

    def look(self):
        """What the newest record that hands this reader anything hands him."""
        for stem in reversed(pb.list_segments(self.archive)[0]):
            try:
                segment = pb.Segment(self.archive, stem)
                objects = objects_of(first_record(segment))
                if len(objects) > 1:
                    past = pb.open_cms(objects[0], self.reader, self.passphrase_file)
                    seqs, wrapped = zip(*entries_of(objects[1:]))
                    return dict(zip(seqs, pb.unwrap_all(past, wrapped)))
            except (pb.Refused, OSError, IndexError):
                continue
        return {}


class Readers:
    """Whom the log states as readers, segment by segment."""

    def __init__(self):
        self.ids = None                     # in force, in order
        self.restated = False
        self.first_seqs = []                # of the segments before

    def founded(self, facts):
        self.ids = pb.read_readers(facts)

    def segment(self, segment, parts):
        """The first record of a segment behind record 0, or record 0 after `founded`."""
        facts = facts_of(parts)
        if segment.first_seq and ("readers" in facts or self.restated):
            self.ids, self.restated = None, True
            self.ids = pb.read_readers(facts)
        if self.ids and sorted(cms.recipients(segment.cms)) != self.ids:
            raise pb.Refused("it can be opened by others than the readers in force")
        self.handover(facts, objects_of(parts))

    def handover(self, facts, objects):
        past = facts.get("past")
        if past is None:
            if objects:
                raise pb.Refused("its first record holds more than it states")
            return
        to = past.get("readers") if isinstance(past, dict) else None
        if not isinstance(to, list) or not to or len(set(map(str, to))) < len(to) \
                or not set(map(str, to)) <= set(pb.read_readers(facts)):
            raise pb.Refused("it does not state to whom it hands the earlier keys")
        if len(objects) < 2 or sorted(cms.recipients(objects[0])) != sorted(to):
            raise pb.Refused("it hands the earlier keys to others than it states")
        seqs = [seq for seq, _ in entries_of(objects[1:])]
        if pb.read_number(past.get("segments")) != len(seqs) or seqs != self.first_seqs:
            raise pb.Refused("the keys that it hands over are not those of the segments before")
