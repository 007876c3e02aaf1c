"""The terminal app's screens: each draws what the layers below return, and calls one function per action."""
