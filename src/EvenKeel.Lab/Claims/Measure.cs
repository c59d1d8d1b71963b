namespace EvenKeel.Lab.Claims;

/// <summary>What a claim can speak of.</summary>
internal enum MeasureKind
{
    /// <summary>Share of images classified wrongly, in percent; on the test images unless there are none.</summary>
    Error,

    /// <summary>100 less the error.</summary>
    Accuracy,

    /// <summary>Mean loss per image on the same images, in nats.</summary>
    Loss,

    /// <summary>Error while training, in percent.</summary>
    TrainError,

    /// <summary>Loss while training, in nats.</summary>
    TrainLoss,

    /// <summary>Seconds of the whole run.</summary>
    Time,

    /// <summary>Median seconds of an epoch.</summary>
    EpochTime,

    /// <summary>Epochs until the error is at most the given one.</summary>
    EpochsTo,

    /// <summary>Seconds until then.</summary>
    TimeTo,

    /// <summary>Runs that diverged, restarts included: a count.</summary>
    Diverged,

    /// <summary>Seeds of which no start survived: a count.</summary>
    Lost,

    /// <summary>Trainable numbers: a count.</summary>
    Parameters,
}

/// <summary>Which epoch a measure is read at.</summary>
internal enum MeasureMoment
{
    /// <summary>After the last epoch.</summary>
    Last,

    /// <summary>At the best epoch, picked on the same images.</summary>
    Best,

    /// <summary>After a given epoch.</summary>
    Epoch,
}

/// <summary>A measure in a claim, such as <c>error(wn, batch=2, best)</c>.</summary>
internal sealed record Measure
{
    /// <summary>Choice of an axis that stands for the mean over its values.</summary>
    public const string Mean = "*";

    /// <summary>Choice of an axis that stands for the scheme's best value by mean error.</summary>
    public const string Best = "best";

    /// <summary>Names as written in claims.</summary>
    public static IReadOnlyDictionary<string, MeasureKind> Names { get; } = new Dictionary<string, MeasureKind>(StringComparer.Ordinal)
    {
        ["error"] = MeasureKind.Error,
        ["accuracy"] = MeasureKind.Accuracy,
        ["loss"] = MeasureKind.Loss,
        ["train-error"] = MeasureKind.TrainError,
        ["train-loss"] = MeasureKind.TrainLoss,
        ["time"] = MeasureKind.Time,
        ["epoch-time"] = MeasureKind.EpochTime,
        ["epochs-to"] = MeasureKind.EpochsTo,
        ["time-to"] = MeasureKind.TimeTo,
        ["diverged"] = MeasureKind.Diverged,
        ["lost"] = MeasureKind.Lost,
        ["parameters"] = MeasureKind.Parameters,
    };

    /// <summary>What is measured.</summary>
    public required MeasureKind Kind { get; init; }

    /// <summary>Name of the scheme.</summary>
    public required string Scheme { get; init; }

    /// <summary>Value by axis, as far as named.</summary>
    public required IReadOnlyDictionary<string, string> Choices { get; init; }

    /// <summary>Which epoch.</summary>
    public MeasureMoment Moment { get; init; }

    /// <summary>The epoch of <see cref="MeasureMoment.Epoch"/>.</summary>
    public int Epoch { get; init; }

    /// <summary>The error of <see cref="MeasureKind.EpochsTo"/> and <see cref="MeasureKind.TimeTo"/>, in percent.</summary>
    public double Level { get; init; }

    /// <summary>Column in the claim's text, from 1.</summary>
    public int Column { get; init; }

    /// <summary>Column of its scheme's name.</summary>
    public int SchemeColumn { get; init; }

    /// <summary>Whether it depends on the machine that ran.</summary>
    public bool IsTime => Kind is MeasureKind.Time or MeasureKind.EpochTime or MeasureKind.TimeTo;

    /// <summary>Whether it counts something, so that nothing about it is chance.</summary>
    public bool IsCount => Kind is MeasureKind.Diverged or MeasureKind.Lost or MeasureKind.Parameters;

    /// <summary>Unit for tables.</summary>
    public string Unit => Kind switch
    {
        MeasureKind.Error or MeasureKind.Accuracy or MeasureKind.TrainError => "points",
        MeasureKind.Loss or MeasureKind.TrainLoss => "nats",
        MeasureKind.Time or MeasureKind.EpochTime or MeasureKind.TimeTo => "s",
        MeasureKind.EpochsTo => "epochs",
        _ => "",
    };
}
