using System.Text.Json.Serialization;

namespace EvenKeel.Training.Diagnostics;

/// <summary>One line of <c>metrics.jsonl</c>: what the inside of the network looked like between two steps, on one fixed
/// batch of training images. What a network does not have is empty or null.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record DiagnosticRecord
{
    /// <summary>Steps done since the run began: 0 is the network as it was initialized.</summary>
    public long Step { get; init; }

    /// <summary>Passes over the training set done, with the fraction of the current one.</summary>
    public double Epoch { get; init; }

    /// <summary>Learning rate of the step that was just done; before the first, of the first.</summary>
    public double Rate { get; init; }

    /// <summary>Loss of the fixed batch as in training: its own statistics, noise and dropout; nats per image.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>The same with its own statistics, but without noise and dropout.</summary>
    public double? BatchLoss { get; init; }

    /// <summary>The same as in evaluation: running statistics, no noise.</summary>
    public double? EvaluateLoss { get; init; }

    /// <summary>What running statistics cost: <see cref="EvaluateLoss"/> − <see cref="BatchLoss"/>.</summary>
    [JsonIgnore]
    public double? Gap => EvaluateLoss - BatchLoss;

    /// <summary>The weights of convolution and dense layers, in the order of the network.</summary>
    public IReadOnlyList<WeightDiagnostic> Weights { get; init; } = [];

    /// <summary>Gains and magnitudes.</summary>
    public IReadOnlyList<ValueDiagnostic> Gains { get; init; } = [];

    /// <summary>Biases and shifts.</summary>
    public IReadOnlyList<ValueDiagnostic> Biases { get; init; } = [];

    /// <summary>Running against batch statistics.</summary>
    public IReadOnlyList<StatisticsDiagnostic> Statistics { get; init; } = [];

    /// <summary>Outputs of activations.</summary>
    public IReadOnlyList<ActivationDiagnostic> Activations { get; init; } = [];

    /// <summary>Seconds that measuring took; no part of the run's training time.</summary>
    public double? Seconds { get; init; }
}

/// <summary>The weight of a layer. Norms are Euclidean, over all elements.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record WeightDiagnostic
{
    /// <summary>The layer.</summary>
    public string Layer { get; init; } = "";

    /// <summary>‖v‖ of the stored weight, which the optimizer moves.</summary>
    public double Norm { get; init; }

    /// <summary>‖w‖ of the effective weight, which the layer multiplies with; null where it is the stored one.</summary>
    public double? EffectiveNorm { get; init; }

    /// <summary>Norm of the training loss's gradient by the stored weight; null if it is not trained.</summary>
    public double? Gradient { get; init; }

    /// <summary>η/‖v‖²: the learning rate of the direction where the weight's scale does not matter
    /// (arXiv 1706.05350, section 2).</summary>
    public double EffectiveStep { get; init; }
}

/// <summary>The values of one parameter, by quartiles.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record ValueDiagnostic
{
    /// <summary>The parameter.</summary>
    public string Name { get; init; } = "";

    /// <summary>Smallest value.</summary>
    public double Min { get; init; }

    /// <summary>A quarter of the values is below; between two values it is interpolated.</summary>
    public double Lower { get; init; }

    /// <summary>Median.</summary>
    public double Median { get; init; }

    /// <summary>A quarter of the values is above.</summary>
    public double Upper { get; init; }

    /// <summary>Largest value.</summary>
    public double Max { get; init; }

    /// <summary>The quartiles of some values.</summary>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="values">One or more, in any order.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static ValueDiagnostic Of(string name, ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) throw new ArgumentException($"{name} has no values.", nameof(values));
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return new ValueDiagnostic
        {
            Name = name,
            Min = sorted[0],
            Lower = At(0.25),
            Median = At(0.5),
            Upper = At(0.75),
            Max = sorted[^1],
        };

        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var below = (int)place;
            var above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + (place - below) * ((double)sorted[above] - sorted[below]);
        }
    }
}

/// <summary>How far a layer's running statistics are from those of the fixed batch. Channels that are constant over the
/// batch are left out.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record StatisticsDiagnostic
{
    /// <summary>The layer.</summary>
    public string Layer { get; init; } = "";

    /// <summary>Root mean square over the channels of (running mean − batch mean)/batch deviation; null without a
    /// running mean.</summary>
    public double? MeanDistance { get; init; }

    /// <summary>Root mean square over the channels of ln(running variance/batch variance), of scales 2·ln of their ratio;
    /// null without a running variance or scale.</summary>
    public double? VarianceDistance { get; init; }
}

/// <summary>The output of an activation on the fixed batch, with the batch's statistics and without noise.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record ActivationDiagnostic
{
    /// <summary>The layer that ends in the activation.</summary>
    public string Layer { get; init; } = "";

    /// <summary>Mean over all values.</summary>
    public double Mean { get; init; }

    /// <summary>Standard deviation over all values.</summary>
    public double Deviation { get; init; }

    /// <summary>Share of units, which are channels, that are above zero nowhere on the whole batch, 0 to 1.</summary>
    public double Dead { get; init; }
}
