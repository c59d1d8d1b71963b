using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Training.Diagnostics;

/// <summary>Measures what leaves the activations of a network during one pass.</summary>
internal sealed class ActivationWatch(Network network)
{
    private readonly List<ActivationDiagnostic> _seen = [];

    /// <summary>What was measured, in the order of the pass.</summary>
    public IReadOnlyList<ActivationDiagnostic> Seen => _seen;

    /// <summary>Takes the output of a module.</summary>
    public void See(Module module, Tensor y)
    {
        if (module.LastActivation.IsIdentity) return;
        var channels = y.Shape.Channels;
        var backend = network.Backend;
        Tensor mean = backend.Rent(new Shape(channels)), variance = backend.Rent(new Shape(channels));
        backend.MeanVariance(y, mean, variance);
        Tensor range = backend.Rent(new Shape(1, 2 * channels)), rows = backend.Rent(new Shape(1, 2 * channels));
        backend.Range(y, range, rows);
        float[] means = mean.ToArray(), variances = variance.ToArray(), largest = range.ToArray()[..channels];

        // All channels have as many values, so the variance is the mean within channels plus that between them.
        var all = means.Average(m => (double)m);
        var between = means.Average(m => (m - all) * (m - all));
        _seen.Add(new ActivationDiagnostic
        {
            Layer = module.Name,
            Mean = all,
            Deviation = Math.Sqrt(variances.Average(v => (double)v) + between),
            Dead = largest.Count(v => v <= 0) / (double)channels,
        });
    }
}
