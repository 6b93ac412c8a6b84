"""The one error of the values: something that is not what its name says."""


class InvalidValueError(ValueError):
    """A text or number that is no such value; the message is fit for a page."""
