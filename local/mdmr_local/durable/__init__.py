"""What the emulator has acknowledged is on disk: `mdmr local up --data DIR`.

=============== ===============================================================================
`datafile`      the one file of the folder: records with checksums, written in transactions
`journal`       changes in their order, committed together, before any answer that rests on them
`gateway`       holds each answer until then; refuses requests while the disk is full
`items`         items of tables, `objects` of buckets, `messages` of queues, `executions` of
                machines: each change of one becomes a change in the journal
`configuration` everything else, a service at a time: how tables, buckets, functions are set up
`keeper`        brings all of it back at the start, and ties the parts together
=============== ===============================================================================

Nothing of this is there without a data folder: `mdmr simulate` keeps nothing and pays nothing.
"""
