"""What the tests of a broker that misbehaves share."""

MARGIN = 6  # seconds that a run may take beyond what it is told to wait, on a busy machine
LOST = "it may still be open there, and can no longer be found"


def word(route):
    return route.split("/v1/")[1].split("/")[0].lower()


def next_run_signs(scene, told=False):
    """Once the fault is over. `told`: whether it says that a request of the run before may be open."""
    before = scene.log().count(LOST)
    with scene.approving("anna"):
        assert scene.call().signed
    assert scene.log().count(LOST) == before + told
