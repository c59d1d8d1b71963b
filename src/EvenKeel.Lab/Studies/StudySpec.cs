using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// A study: one question, the schemes that answer it, and what others have published. Written as a JSON file;
/// unknown members are refused, since a misspelt setting would silently change the study.
/// </summary>
internal sealed record StudySpec
{
    /// <summary>Layout of the file.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Short name, as typed on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Title of the report.</summary>
    public required string Title { get; init; }

    /// <summary>What the study asks, in a sentence.</summary>
    public string Question { get; init; } = "";

    /// <summary>What a reader should know, a paragraph each.</summary>
    public IReadOnlyList<string> Description { get; init; } = [];

    /// <summary>Who asked before, and where.</summary>
    public IReadOnlyList<StudySource> Sources { get; init; } = [];

    /// <summary>Settings that all runs share unless a variant, profile, scheme or seed changes them.</summary>
    public RunSpec Base { get; init; } = new();

    /// <summary>The schemes compared; the first is the one that differences are taken against.</summary>
    public required IReadOnlyList<StudyScheme> Schemes { get; init; }

    /// <summary>Seeds; every scheme runs with each of them.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1];

    /// <summary>Other readings of the same study; the first is the default. May be empty.</summary>
    public IReadOnlyList<StudyVariant> Variants { get; init; } = [];

    /// <summary>Sizes of the study; the first is the default. May be empty.</summary>
    public IReadOnlyList<StudyProfile> Profiles { get; init; } = [];

    /// <summary>What is varied besides the scheme. May be empty.</summary>
    public IReadOnlyList<StudyAxis> Axes { get; init; } = [];

    /// <summary>Settings of some combinations alone, and combinations left out. May be empty.</summary>
    public IReadOnlyList<StudyRule> Rules { get; init; } = [];

    /// <summary>How often a run that diverges starts again from other weights. The report counts it.</summary>
    public int Restarts { get; init; }

    /// <summary>What the sources claim. May be empty.</summary>
    public IReadOnlyList<StudyClaim> Claims { get; init; } = [];

    /// <summary>Figures that others have published, one entry for each column of the table.</summary>
    public IReadOnlyList<PublishedFigures> Published { get; init; } = [];

    /// <summary>The charts of the report, in order.</summary>
    public IReadOnlyList<StudyFigure> Figures { get; init; } =
        [StudyFigure.TestError, StudyFigure.TestErrorSmoothed, StudyFigure.TrainLoss, StudyFigure.TrainError,
            StudyFigure.TestErrorByTime, StudyFigure.EpochSeconds];
}

/// <summary>A source of a study.</summary>
internal sealed record StudySource
{
    /// <summary>Short word by which the rest of the file names it, such as <c>paper</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Title.</summary>
    public required string Title { get; init; }

    /// <summary>Authors.</summary>
    public string Authors { get; init; } = "";

    /// <summary>arXiv number, if it has one.</summary>
    public string? Arxiv { get; init; }

    /// <summary>Anything a reader should know of it.</summary>
    public string? Note { get; init; }
}

/// <summary>One of the compared schemes.</summary>
internal sealed record StudyScheme
{
    /// <summary>Short name in claims and tables; null for the scheme text itself.</summary>
    public string? Name { get; init; }

    /// <summary>Scheme text, such as <c>wn+mobn</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The name, or the scheme text.</summary>
    [JsonIgnore]
    public string Key => Name ?? Scheme;

    /// <summary>Name for people.</summary>
    public required string Label { get; init; }

    /// <summary>Settings of this scheme alone, as members of the run spec; null for none.</summary>
    public JsonObject? Change { get; init; }
}

/// <summary>Another reading of the same study.</summary>
internal sealed record StudyVariant
{
    /// <summary>Short name, as typed on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>Settings it changes, as members of the run spec.</summary>
    public JsonObject? Change { get; init; }
}

/// <summary>A size of the study.</summary>
internal sealed record StudyProfile
{
    /// <summary>Short name, as typed on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>What is smaller than in the whole study; null when nothing is. The report says it everywhere.</summary>
    public string? Reduced { get; init; }

    /// <summary>Settings it changes, as members of the run spec.</summary>
    public JsonObject? Change { get; init; }

    /// <summary>Seeds, in place of the study's own.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>Names of the schemes that run; null for all.</summary>
    public IReadOnlyList<string>? Schemes { get; init; }

    /// <summary>Names of the variants that run unless others are asked for; null for the first.</summary>
    public IReadOnlyList<string>? Variants { get; init; }

    /// <summary>Values by axis, for axes that keep only some.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Axes { get; init; }
}

/// <summary>A column of published figures.</summary>
internal sealed record PublishedFigures
{
    /// <summary>Key of the source.</summary>
    public required string Source { get; init; }

    /// <summary>Heading of the column, such as <c>Report</c>.</summary>
    public required string Label { get; init; }

    /// <summary>What is measured.</summary>
    public required PublishedMetric Metric { get; init; }

    /// <summary>To which setting they belong: value by axis, or by <c>variant</c>; null for all.</summary>
    public IReadOnlyDictionary<string, string>? When { get; init; }

    /// <summary>Unit of the values, such as <c>%</c> or <c>min</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>Value by name of the scheme; a scheme may be missing.</summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    /// <summary>What a reader should know of them.</summary>
    public string? Note { get; init; }
}

/// <summary>What a published figure measures.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PublishedMetric>))]
internal enum PublishedMetric
{
    /// <summary>Share of test images classified wrongly, in percent.</summary>
    [JsonStringEnumMemberName("testError")]
    TestError,

    /// <summary>Share of test images classified rightly, in percent.</summary>
    [JsonStringEnumMemberName("testAccuracy")]
    TestAccuracy,

    /// <summary>Mean loss per test image.</summary>
    [JsonStringEnumMemberName("testLoss")]
    TestLoss,

    /// <summary>Time of the whole run.</summary>
    [JsonStringEnumMemberName("runTime")]
    RunTime,

    /// <summary>Time of an epoch.</summary>
    [JsonStringEnumMemberName("epochTime")]
    EpochTime,
}

/// <summary>A chart of a report.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StudyFigure>))]
internal enum StudyFigure
{
    /// <summary>Training loss over epochs.</summary>
    [JsonStringEnumMemberName("trainLoss")]
    TrainLoss,

    /// <summary>Training error over epochs.</summary>
    [JsonStringEnumMemberName("trainError")]
    TrainError,

    /// <summary>Test error over epochs.</summary>
    [JsonStringEnumMemberName("testError")]
    TestError,

    /// <summary>Test error over epochs, Savitzky-Golay smoothed, the raw curve behind.</summary>
    [JsonStringEnumMemberName("testErrorSmoothed")]
    TestErrorSmoothed,

    /// <summary>Test error over minutes.</summary>
    [JsonStringEnumMemberName("testErrorByTime")]
    TestErrorByTime,

    /// <summary>Seconds per epoch, as bars.</summary>
    [JsonStringEnumMemberName("epochSeconds")]
    EpochSeconds,

    /// <summary>Accuracy over the values of the first axis that has numbers.</summary>
    [JsonStringEnumMemberName("accuracyOverAxis")]
    AccuracyOverAxis,

    /// <summary>Error over the values of that axis.</summary>
    [JsonStringEnumMemberName("errorOverAxis")]
    ErrorOverAxis,

    /// <summary>Seconds per epoch over the values of that axis.</summary>
    [JsonStringEnumMemberName("timeOverAxis")]
    TimeOverAxis,
}
