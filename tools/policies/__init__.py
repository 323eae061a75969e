"""What the template's policies allow, worked out by IAM's documented rules and nothing else.

`documents` reads policies, `decisions` decides by them, `stack` gathers those of the template and
`access` writes down who may do what. Whatever they do not know (an element, an operator, a key, a
kind of policy) is an error: a policy that is half understood proves nothing.
"""
