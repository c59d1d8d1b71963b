using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EvenKeel.Optim;

namespace EvenKeel.Training;

/// <summary>
/// Everything that defines one run: same spec, same bits. Written whole into <c>run.json</c>; its hash names the
/// run's folder, so a finished run is never repeated.
/// </summary>
public sealed record RunSpec
{
    /// <summary>Network, by its name in <c>Models</c>.</summary>
    public string Model { get; init; } = "convpool-cnn-c";

    /// <summary>Factor on every hidden width; 1 is the published network.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Normalization scheme as text, such as <c>wn+mobn</c>.</summary>
    public string Scheme { get; init; } = "none";

    /// <summary>Data set, by its name in <c>Data</c>.</summary>
    public string Data { get; init; } = "shapes10";

    /// <summary>Training images, the first so many; null means all.</summary>
    public int? TrainImages { get; init; }

    /// <summary>Images held out of the training set for validation, taken from its end.</summary>
    public int ValidationImages { get; init; }

    /// <summary>Test images, the first so many; null means all, 0 skips testing.</summary>
    public int? TestImages { get; init; }

    /// <summary>Pixel preprocessing: <c>unit</c>, <c>standardize</c>, <c>centre</c> or <c>zca</c>.</summary>
    public string Preprocess { get; init; } = "unit";

    /// <summary>Augmentation: <c>none</c>, <c>flip</c>, <c>crop</c> or <c>flip+crop</c>.</summary>
    public string Augment { get; init; } = "none";

    /// <summary>Seed of every random stream of the run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Passes over the training set.</summary>
    public int Epochs { get; init; } = 2;

    /// <summary>Images per step.</summary>
    public int Batch { get; init; } = 100;

    /// <summary>Starting weights: <c>he</c>, <c>uniform</c> (PyTorch's default) or <c>normal</c> (deviation 0.05).</summary>
    public string Init { get; init; } = "he";

    /// <summary>Images in the batch that data-dependent initialization measures.</summary>
    public int InitImages { get; init; } = 500;

    /// <summary>Optimizer and its constants.</summary>
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <summary>How the learning rate moves over the epochs.</summary>
    public ScheduleSpec Schedule { get; init; } = new();

    /// <summary>Label smoothing of the cross entropy, 0 to 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Moments of the run at which its inside is measured and written to the journal, evenly spaced from before
    /// the first step to after the last; 0 for none. It changes no bit of the training, and so no run's identity.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Diagnostics { get; init; }

    /// <summary>Twelve hexadecimal digits of the SHA-256 of the spec's JSON, without <see cref="Diagnostics"/>.</summary>
    [JsonIgnore]
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this with { Diagnostics = 0 }, SpecJson.Compact))))[..12];
}

/// <summary>An optimizer and its constants; each optimizer reads the ones it has.</summary>
public sealed record OptimizerSpec
{
    /// <summary><c>sgd</c>, <c>adam</c>, <c>adamw</c> or <c>adamax</c>.</summary>
    public string Kind { get; init; } = "adam";

    /// <summary>Learning rate before the schedule.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>Weight of the old momentum buffer (sgd).</summary>
    public double Momentum { get; init; }

    /// <summary>Nesterov's form of momentum (sgd).</summary>
    public bool Nesterov { get; init; }

    /// <summary>Weight decay on what <see cref="DecayScope"/> says.</summary>
    public double WeightDecay { get; init; }

    /// <summary>True for <see cref="DecayScope.All"/>: how earlier versions wrote it, kept so that their runs are still
    /// found under their hash.</summary>
    public bool DecayAll
    {
        get => DecayScope == DecayScope.All;
        init
        {
            if (value) DecayScope = DecayScope.All;
        }
    }

    /// <summary>What weight decay acts on: <c>weights</c>, <c>all</c> (gains and biases too) or <c>scale-dependent</c>
    /// (weights that no normalizer makes scale invariant).</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<DecayScope>))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DecayScope DecayScope { get; init; }

    /// <summary>Largest 2-norm of the gradient of all parameters together; a longer one is shortened to it. 0: any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ClipNorm { get; init; }

    /// <summary>Weight of the old first moment (adam family).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Weight of the old second moment (adam family).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Keeps the division finite (adam family).</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Epsilon inside the root, as in the weight-normalization authors' code, instead of added to it.</summary>
    public bool EpsilonInsideRoot { get; init; }
}

/// <summary>How the learning rate, and Adam's beta1, move over the run.</summary>
public sealed record ScheduleSpec
{
    /// <summary><c>constant</c>, <c>linear</c> (to <see cref="To"/>, from <see cref="From"/> on), <c>steps</c> or <c>cosine</c>.</summary>
    public string Kind { get; init; } = "constant";

    /// <summary>Share of the run after which <c>linear</c> starts to fall, 0 to 1.</summary>
    public double From { get; init; }

    /// <summary>Factor on the rate at the end of <c>linear</c>; below zero repeats a defect of published code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double To { get; init; }

    /// <summary>Epochs after which there is no weight decay any more; null keeps it.</summary>
    public int? DecayUntil { get; init; }

    /// <summary>Epochs at which <c>steps</c> multiplies the rate by <see cref="Factor"/>.</summary>
    public IReadOnlyList<int> At { get; init; } = [];

    /// <summary>Factor of <c>steps</c>.</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>Adam's beta1 once the share <see cref="From"/> of the run is over; null leaves it.</summary>
    public double? Beta1After { get; init; }
}

/// <summary>The JSON forms in which specs are written: camel case, null left out.</summary>
public static class SpecJson
{
    /// <summary>One line; the form that is hashed.</summary>
    public static JsonSerializerOptions Compact { get; } = Make(indented: false);

    /// <summary>Indented, for files that people read.</summary>
    public static JsonSerializerOptions Pretty { get; } = Make(indented: true);

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = indented,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
