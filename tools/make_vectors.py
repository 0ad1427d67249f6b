#!/usr/bin/env python3
"""make_vectors.py [--check]   writes tests/vectors/ (see its README.md), or compares.

Values come from vectors/writer.py.  What cannot come out the same twice, or depends
on the version of a tool, is made once and kept in tests/vectors/inputs/.
"""
import os
import sys

sys.dont_write_bytecode = True            # nothing is left beside the tools
from vectors import anchor, archive, bundle, cutter, derived, destroyed, handed, log, observed, proofs, readers, record, vault, zip
from vectors.common import HERE, files

MAKERS = (record.leaf_vectors, record.expand_vectors, record.commitment_vectors,
          record.sealed_vectors, log.origin_vectors, log.checkpoint_vectors, log.note_vectors,
          log.tree_vectors, vault.slot_vectors, vault.segment_vectors, cutter.cutter_vectors,
          archive.archive, zip.zip_vectors, zip.names_vectors, handed.opening_vectors,
          proofs.range_vectors, proofs.tlog_proof_vectors, handed.statement_vectors,
          handed.sums_vectors, anchor.anchor_vectors, bundle.bundles,
          destroyed.destruction_vectors, destroyed.destroyed_archive, readers.readers_archive,
          readers.typed_vectors, derived.summary_vectors, observed.observation_vectors,
          observed.mark_vectors)


def main():
    for make in MAKERS:
        make()
    wrong = 0
    for name, data in sorted(files.items()):
        path = os.path.join(HERE, name)
        if "--check" in sys.argv[1:]:
            with open(path, "rb") as file:
                if file.read() != data:
                    print("%s: is not what make_vectors.py makes" % name)
                    wrong = 1
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
