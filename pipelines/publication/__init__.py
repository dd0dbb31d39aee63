"""How a generation is made: shard by shard, each written as soon as it is computed, and none of them twice.

    tonight             everything that lists are made from, read once
    shards              runs of users or movies, made one at a time
    making              what is missing is made, and noted in the generation's document
    make_shard          one shard from beginning to end: lists, figures, documents, a line in the ledger
    local, cluster      all shards on this machine, or on a Spark cluster
    lists               the lists of some users or movies
    fingerprints        what a list is made from, in 64 bits
    carry_over          which lists of last night are good for tonight too
    catalogue           what a generation holds beside lists
    hashes, actuals     whether two generations are the same, and what the stages took

Before anyone is pointed at it:

    checks              what is wrong with lists or missing, which nobody can overrule
    figures             what lists are like, in figures that add up over shards
    side_by_side        tonight's lists of a shard beside last night's: `measure` compares them
    generation_figures  the figures of a generation
    gate                whether a night is too far from the last by the `limits`; `report` is the page about one that is
"""
