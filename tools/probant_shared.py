"""A shared anchor: a checkpoint as an entry of a node's log, whose checkpoint was stamped [2.2].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import probant_format as pb
import probant_log as log
import probant_package as package


def check(checkpoint, node, salt, proof, key):
    """The node's checkpoint, which the token must be over.  key: as the anchor states it, or None.
    """
    note = log.read_note(node)
    root = log.read_checkpoint(note)
    if len(salt) != 32:
        raise pb.Refused("a salt that has not 32 octets")
    index, hashes, ends_with = package.read_tlog_proof(proof)
    if ends_with != node:
        raise pb.Refused("a proof for another checkpoint of the node")
    entry = pb.sha256(b"probant/v1 shared\0" + salt + pb.sha256(checkpoint))
    if package.inclusion_root(pb.sha256(b"\0" + entry), index, root.size, hashes) != root.root:
        raise pb.Refused("a proof that does not lead from its checkpoint to what was stamped")
    if key is not None:
        signer = log.read_verifier_key(str(key))
        if signer.type != 1 or signer.name != root.origin or not log.signed_by(note, signer):
            raise pb.Refused("a node's checkpoint that its key did not sign")
    return node
