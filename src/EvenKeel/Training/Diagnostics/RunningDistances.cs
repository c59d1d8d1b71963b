using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Training.Diagnostics;

/// <summary>Compares running statistics with those of the batch of one <see cref="PassMode.Recalibrate"/> pass.</summary>
internal sealed class RunningDistances
{
    private readonly NormLayer[] _layers;
    private readonly Network _network;
    private readonly Dictionary<Module, float[]> _deviations = [];

    /// <summary>Makes ready for the pass.</summary>
    /// <param name="layers">Layers with running statistics.</param>
    /// <param name="network">Their network.</param>
    public RunningDistances(NormLayer[] layers, Network network)
    {
        (_layers, _network) = (layers, network);
        foreach (var layer in layers) layer.Running!.BeginRecalibration();
    }

    /// <summary>Takes the input of a module: the deviation of each channel, which not every method measures.</summary>
    public void See(Module module, Tensor x)
    {
        if (module is not NormLayer { Running: not null }) return;
        var shape = new Shape(x.Shape.Channels);
        Tensor mean = _network.Backend.Rent(shape), variance = _network.Backend.Rent(shape);
        _network.Backend.MeanVariance(x, mean, variance);
        _deviations[module] = [.. variance.ToArray().Select(MathF.Sqrt)];
    }

    /// <summary>The distances. The running statistics are the batch's afterwards, and the caller puts the old ones
    /// back.</summary>
    public IReadOnlyList<StatisticsDiagnostic> End()
    {
        var distances = new List<StatisticsDiagnostic>();
        foreach (var layer in _layers)
        {
            var running = layer.Running!;
            float[]? mean = running.HasMean ? running.Mean.ToArray() : null;
            float[]? spread = running.HasSpread ? running.Spread.ToArray() : null;
            if (!running.EndRecalibration() || !_deviations.TryGetValue(layer, out var deviations)) continue;
            distances.Add(new StatisticsDiagnostic
            {
                Layer = layer.Name,
                MeanDistance = mean is null ? null : OfMeans(mean, running.Mean.ToArray(), deviations),
                VarianceDistance = spread is null
                    ? null
                    : OfSpreads(spread, running.Spread.ToArray(), running.Kind == RunningSpread.Scale ? 2 : 1),
            });
        }

        return distances;
    }

    private static double OfMeans(float[] running, float[] batch, float[] deviations) => RootMeanSquare(
        running.Length, c => deviations[c] > 0 ? ((double)running[c] - batch[c]) / deviations[c] : null);

    private static double OfSpreads(float[] running, float[] batch, double power) => RootMeanSquare(
        running.Length, c => running[c] > 0 && batch[c] > 0 ? power * Math.Log((double)running[c] / batch[c]) : null);

    private static double RootMeanSquare(int channels, Func<int, double?> of)
    {
        var values = Enumerable.Range(0, channels).Select(of).OfType<double>().ToArray();
        return values.Length == 0 ? 0 : Math.Sqrt(values.Average(v => v * v));
    }
}
