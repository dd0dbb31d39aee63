"""The errors people meet. Each message says what was looked for, where, and what to do."""


class MarqueeError(Exception):
    """Base of every error this platform raises on purpose."""


class MachineUnfit(MarqueeError):
    """Something the machine must have (a JDK, a free port, disk, memory) is missing."""


class ServerUnreachable(MarqueeError):
    """A server the platform needs does not answer at its address."""


class ArchiveUnavailable(MarqueeError):
    """A dataset could not be found locally nor downloaded."""


class ArchiveBroken(MarqueeError):
    """An archive is there, but is not what its publisher or its format promises."""


class SampleImpossible(MarqueeError):
    """No generated dataset can have the sizes asked for."""


class SnapshotMissing(MarqueeError):
    """The lake holds no complete snapshot of the wanted date and layer."""


class SnapshotBroken(MarqueeError):
    """The files of a snapshot are not those that were written."""


class NightDiffers(MarqueeError):
    """A past night that was made a second time did not come out the same."""


class ExpectationFailed(MarqueeError):
    """A table does not satisfy its expectations, so the run stops before it is published."""


class NightFailed(MarqueeError):
    """A DAG of the night failed in Airflow, or did not start."""


class NoChampion(MarqueeError):
    """The registry holds no model under the alias `champion`."""


class ModelRefused(MarqueeError):
    """A model failed its checks, so it cannot become champion; the one in force stays."""


class NoGeneration(MarqueeError):
    """No generation is published, or none to return to."""


class GenerationRefused(MarqueeError):
    """A generation failed its checks; the one in force stays."""


class NotInCatalogue(MarqueeError):
    """The generation in force knows no such movie or genre."""


class NotExplained(MarqueeError):
    """What a list was made with is not at hand, so that nothing can be told of it by its model."""


class UnknownModel(MarqueeError):
    """A stored model has a name that this version of the code knows no class for."""


class NotSignedIn(MarqueeError):
    """A request that needs an account came without a token that proves one."""


class NotAllowed(MarqueeError):
    """The account is known, but this is not its to do."""


class NameTaken(MarqueeError):
    """Another account has that name."""


class TooManyProfiles(MarqueeError):
    """The account has as many profiles as one may have."""


class LastProfile(MarqueeError):
    """It is the only profile of its account."""


class TooManyAttempts(MarqueeError):
    """Passwords were tried, or accounts made, too often: for one account or from one address.

    `seconds` are those after which all that count now no longer do.
    """

    def __init__(self, told: str, seconds: int) -> None:
        super().__init__(told)
        self.seconds = seconds


class NoSuchReview(MarqueeError):
    """There is no review of that id."""


class KeyReused(MarqueeError):
    """An idempotency key came again with another request."""


class AnswersMissing(MarqueeError):
    """The API left requests without the answer they should have got."""
