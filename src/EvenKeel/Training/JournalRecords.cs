using System.Text.Json.Serialization;

namespace EvenKeel.Training;

/// <summary>How a run stands, as written in <c>run.json</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Being trained, or killed without a chance to say so.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>All epochs done; never repeated.</summary>
    [JsonStringEnumMemberName("finished")]
    Finished,

    /// <summary>Stopped on request after a checkpoint; the next start resumes it.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>Loss or weights stopped being finite; never repeated, since the same spec gives the same bits.</summary>
    [JsonStringEnumMemberName("diverged")]
    Diverged,

    /// <summary>Stopped by an error; the next start tries again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>The whole of <c>run.json</c>: what was run, on what, and how it ended.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record RunRecord
{
    /// <summary>The newest layout of <c>run.json</c> that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Layout of the file.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>What was run.</summary>
    public RunSpec Spec { get; init; } = new();

    /// <summary>EvenKeel's version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Source commit of that version, if known.</summary>
    public string? Commit { get; init; }

    /// <summary>The data as loaded; null until it was.</summary>
    public DataRecord? Data { get; init; }

    /// <summary>The machine; null until the run started.</summary>
    public MachineRecord? Machine { get; init; }

    /// <summary>Trainable numbers in the network.</summary>
    public long Parameters { get; init; }

    /// <summary>When the first session started, in UTC.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>When the last session ended, in UTC; null while running.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>How the run stands.</summary>
    public RunStatus Status { get; init; } = RunStatus.Running;

    /// <summary>Why it stands so: the sentence of a divergence or an error.</summary>
    public string? Message { get; init; }

    /// <summary>Times the run was started: 1, and one more for each resume.</summary>
    public int Sessions { get; init; } = 1;
}

/// <summary>The data of a run.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record DataRecord
{
    /// <summary>Name of the data set.</summary>
    public string Name { get; init; } = "";

    /// <summary>Hash of the images and labels, as hexadecimal digits.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Images trained on.</summary>
    public int Train { get; init; }

    /// <summary>Images held out for validation.</summary>
    public int Validation { get; init; }

    /// <summary>Images tested on.</summary>
    public int Test { get; init; }

    /// <summary>What preprocessing measured and applied, as label and value.</summary>
    public IReadOnlyDictionary<string, string> Preprocessing { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The machine of a run.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record MachineRecord
{
    /// <summary>Processor, by the name it gives itself.</summary>
    public string Cpu { get; init; } = "";

    /// <summary>Operating system.</summary>
    public string Os { get; init; } = "";

    /// <summary>.NET runtime.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>Bits of the vector path: 512, 256 or 128.</summary>
    public int Path { get; init; }

    /// <summary>Worker threads.</summary>
    public int Threads { get; init; }
}

/// <summary>One line of <c>metrics.jsonl</c>: some steps of training.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record StepRecord
{
    /// <summary>Steps done since the run began, so the first is 1.</summary>
    public long Step { get; init; }

    /// <summary>Passes over the training set done, with the fraction of the current one.</summary>
    public double Epoch { get; init; }

    /// <summary>Mean training loss per image since the last step record, in nats.</summary>
    public double? Loss { get; init; }

    /// <summary>Share of those training images that was classified wrongly, 0 to 1.</summary>
    public double? Error { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public double? Rate { get; init; }

    /// <summary>Training speed since the last step record.</summary>
    public double? ImagesPerSecond { get; init; }
}

/// <summary>One line of <c>metrics.jsonl</c>: a whole epoch. What was not measured is null.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record EpochRecord
{
    /// <summary>The epoch that ended; the first is 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Mean training loss per image while training, in nats.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Share of training images classified wrongly while training, 0 to 1.</summary>
    public double? TrainError { get; init; }

    /// <summary>Mean loss per validation image after the epoch.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Share of validation images classified wrongly after the epoch, 0 to 1.</summary>
    public double? ValidationError { get; init; }

    /// <summary>Mean loss per test image after the epoch.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Share of test images classified wrongly after the epoch, 0 to 1.</summary>
    public double? TestError { get; init; }

    /// <summary>Learning rate at the end of the epoch.</summary>
    public double? Rate { get; init; }

    /// <summary>Adam's beta1 at the end of the epoch.</summary>
    public double? Beta1 { get; init; }

    /// <summary>Wall-clock seconds of the epoch, training and evaluation together.</summary>
    public double? Seconds { get; init; }

    /// <summary>Training images per second of training time.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Where the seconds went.</summary>
    public PhaseSeconds? Phases { get; init; }

    /// <summary>Largest memory the process has held so far.</summary>
    public long? PeakBytes { get; init; }

    /// <summary>When the epoch ended, in UTC.</summary>
    public DateTimeOffset? WallClock { get; init; }
}

/// <summary>Seconds of an epoch by phase.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record PhaseSeconds
{
    /// <summary>Reading, augmenting and laying out batches.</summary>
    public double Data { get; init; }

    /// <summary>Forward pass and loss.</summary>
    public double Forward { get; init; }

    /// <summary>Backward pass.</summary>
    public double Backward { get; init; }

    /// <summary>Optimizer and whatever follows each step.</summary>
    public double Optimizer { get; init; }

    /// <summary>Validation and test.</summary>
    public double Evaluate { get; init; }
}
