"""Datasets as other programs load them: pictures or crops with their labels, written whole or not at all."""
