"""Version, licence, statistics."""

from .answer import Answer


def version(call):
    return Answer(200, {"Version": "2.1.0"})


def licence(call):
    return Answer(200, {"clientFlags": ["REST_API", "TSB_ENGINE"]})


def statistics(call):
    return Answer(200, {"keyStoreStatistics": {"keys": len(call.core.keys.labels())}})
