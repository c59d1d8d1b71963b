using EvenKeel.Data;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Training.Diagnostics;

/// <summary>
/// Measures the inside of a network on one fixed batch: norms of weights and gradients, effective steps, gains and biases,
/// running against batch statistics, activations, and the loss in training and in evaluation.
/// </summary>
/// <remarks>A measurement is four passes over the batch: a training step without its update, the same without noise, an
/// evaluation, and the weight maps alone. It leaves the network as it was, but for the gradients, which it forgets.</remarks>
public sealed class DiagnosticProbe
{
    private readonly Network _network;
    private readonly ProbeBatch _batch;
    private readonly LinearMap[] _maps;
    private readonly NormLayer[] _running;

    /// <summary>Prepares to measure with the given images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">Whole images [N,H,W,C].</param>
    /// <param name="labels">Their classes [N].</param>
    /// <param name="smoothing">Label smoothing of the loss, 0 to 1.</param>
    /// <param name="seed">Seed of noise and dropout.</param>
    /// <exception cref="ArgumentException">Not one label per image.</exception>
    public DiagnosticProbe(Network network, float[] images, int[] labels, float smoothing = 0f, ulong seed = 0)
        : this(network, new ProbeBatch(network, images, labels, smoothing, seed))
    {
    }

    internal DiagnosticProbe(Network network, ProbeBatch batch)
    {
        (_network, _batch) = (network, batch);
        var parts = network.Root.DescendantsAndSelf().ToArray();
        _maps = [.. parts.OfType<LinearMap>()];
        _running = [.. parts.OfType<NormLayer>().Where(l => l.Running is not null)];
    }

    /// <summary>Measures with the first images of a set in its own order, without augmentation.</summary>
    internal static DiagnosticProbe First(Network network, PreparedSet set, RunSpec spec) =>
        new(network, ProbeBatch.First(network, set, spec.Batch, (float)spec.LabelSmoothing, spec.Seed));

    /// <summary>Measures the network as it is now.</summary>
    /// <param name="rate">Learning rate, for effective steps.</param>
    /// <returns>The measurements, with neither step nor epoch.</returns>
    public DiagnosticRecord Measure(double rate)
    {
        _batch.Keep();
        try
        {
            var trainLoss = _batch.Loss(PassMode.Train, gradients: true);
            var gradients = _maps.Select(m => m.Weight.Stored.Value.Gradient is { } g ? Norm(g) : (double?)null).ToArray();
            _network.ClearGradients();
            _batch.Restore();

            var statistics = new RunningDistances(_running, _network);
            var activations = new ActivationWatch(_network);
            var batchLoss = _batch.Loss(PassMode.Recalibrate, gradients: false, statistics.See, activations.See);
            var distances = statistics.End();
            _batch.Restore();

            var evaluateLoss = _batch.Loss(PassMode.Evaluate, gradients: false);
            return new DiagnosticRecord
            {
                Rate = rate,
                TrainLoss = trainLoss,
                BatchLoss = batchLoss,
                EvaluateLoss = evaluateLoss,
                Weights = Weights(rate, gradients),
                Gains = Values(ParameterKind.Gain),
                Biases = Values(ParameterKind.Bias),
                Statistics = distances,
                Activations = activations.Seen,
            };
        }
        finally
        {
            _batch.Restore();
        }
    }

    private WeightDiagnostic[] Weights(double rate, double?[] gradients)
    {
        _network.Tape.Begin(recording: false);
        var pass = new Pass(_network.Tape, PassMode.Evaluate);
        return [.. _maps.Select((map, i) =>
        {
            var stored = map.Weight.Stored.Value;
            var effective = map.Weight.Effective(pass);
            var norm = Norm(stored);
            return new WeightDiagnostic
            {
                Layer = map.Name,
                Norm = norm,
                EffectiveNorm = ReferenceEquals(effective, stored) ? null : Norm(effective),
                Gradient = gradients[i],
                EffectiveStep = rate / (norm * norm),
            };
        })];
    }

    private ValueDiagnostic[] Values(ParameterKind kind) =>
        [.. _network.Parameters.Where(p => p.Kind == kind).Select(p => ValueDiagnostic.Of(p.Name, p.Value.ToArray()))];

    private double Norm(Tensor tensor) => Math.Sqrt(_network.Backend.SumOfSquares(tensor));
}
