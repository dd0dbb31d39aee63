"""How a generation is made: shard by shard, each written as soon as it is computed, and none of them twice.

tonight         everything that lists are made from, read once
shards          runs of users or movies, made one at a time
lists           the lists of some users or movies
make_shard      one shard from beginning to end: lists, figures, documents, a line in the ledger
local           all shards on this machine
checks          what must hold before anyone is pointed at the generation
"""
