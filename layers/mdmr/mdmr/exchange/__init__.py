"""Between organizations and the hub; its rooms, each of which imports only those before it.

| Room | What it knows |
|---|---|
| `files` | what a file is: names, file types, layouts, the frame, the codes of intake |
| `ledger` | what the hub notes: receipts, slots, held files, incidents, events |
| `outbound` | what the hub owes and to whom: deliveries, publishing, retry, re-send |
| `announcing` | notices to many organizations |
| `inbound` | what arrives: checks, decisions, what follows, runs of slots, the sweep |
"""
