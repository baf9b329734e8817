"""Metric definitions, series and points."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from app.db.columns import Json, Moment, Row


class MetricDefinition(Row, table=True):
    """What a metric's name means and which way is better.

    Attributes:
        synonyms: Other names of the same quantity; matched without regard to case, blanks, `_` and `-`.
        direction: ``MAXIMIZE``, ``MINIMIZE`` or ``NONE``; a metric without a definition has NONE.
        unit: The unit where it is always the same, else None.
        shipped: Whether it came with the product.
    """

    __tablename__ = "metric_definition"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    direction: str
    unit: str | None = None
    description: str | None = None
    synonyms: list[str] = Field(sa_type=Json)
    shipped: bool = False


class MetricSeries(Row, table=True):
    """All points of one metric of one owner, under the whole key, with the latest point at hand.

    Comparison, filters and boards read series alone. The latest point is the one with the highest step,
    then time, then value.

    Attributes:
        id: A digest of owner and whole key, so that the same key always finds the same series.
        owner_id: The version that was measured.
        conditions: Named values that tell two measurements apart, such as hardware or resolution.
        source: ``TRAINING``, ``EVALUATION`` or ``PRODUCTION``.
        value: The latest value; None when it is not finite.
        non_finite: ``NAN``, ``INFINITY`` or ``NEGATIVE_INFINITY`` when it is not finite.
        points: How many points were logged.
    """

    __tablename__ = "metric_series"
    __table_args__ = (Index("ix_metric_series_board", "name_folded", "dataset_folded", "split", "value"),)

    id: str = Field(primary_key=True)
    owner_id: str = Field(index=True)
    name: str
    name_folded: str
    dataset: str | None = None
    dataset_folded: str | None = None
    split: str | None = None
    slice: str | None = None
    conditions: dict[str, str] = Field(sa_type=Json)
    source: str
    unit: str | None = None
    value: float | None = None
    non_finite: str | None = None
    step: int = Field(sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=Moment)
    points: int


class MetricPoint(Row, table=True):
    """One measurement of a series; the same point twice is one row."""

    __tablename__ = "metric_point"

    series_id: str = Field(primary_key=True, foreign_key="metric_series.id")
    step: int = Field(primary_key=True, sa_type=BigInteger)
    recorded_at: datetime = Field(primary_key=True, sa_type=Moment)
    literal: str = Field(primary_key=True)
    value: float | None = None
    non_finite: str | None = None
