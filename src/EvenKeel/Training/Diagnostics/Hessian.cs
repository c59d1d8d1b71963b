using System.Text.Json.Serialization;
using EvenKeel.Data;
using EvenKeel.Modules;

namespace EvenKeel.Training.Diagnostics;

/// <summary>How the largest eigenvalue is searched for.</summary>
public sealed record HessianOptions
{
    /// <summary>Half the distance of the two gradients whose difference is a product with the Hessian, as a share of the
    /// length of all parameters together, or of 1 if that is shorter. Below 0.001 the kinks of activations and rounding
    /// make the products differ by chance; above 0.01 higher derivatives enter.</summary>
    public double Step { get; init; } = 3e-3;

    /// <summary>Relative change of the eigenvalue between two iterations at which it is taken as found.</summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>Iterations after which the search ends unfinished, each two passes forward and back.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>Seed of the vector to start from.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>The largest eigenvalue of the loss's Hessian, and how it was found.</summary>
/// <param name="Value">The eigenvalue.</param>
/// <param name="Iterations">Products with the Hessian.</param>
/// <param name="Change">Relative change in the last iteration.</param>
/// <param name="Converged">Whether that is within the tolerance.</param>
/// <param name="Step">The distance that each gradient was taken at, from the parameters.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record HessianEigenvalue(double Value, int Iterations, double Change, bool Converged, double Step);

/// <summary>
/// The curvature of the loss on a fixed batch by all trainable parameters together, as the optimizer sees them: the
/// stored ones of weight maps.
/// </summary>
/// <remarks>Normalizers use the batch's own statistics, through which gradients flow; noise and dropout are off. Power
/// iteration on products H·v ≈ (∇L(θ + h·v) − ∇L(θ − h·v))/2h, with ‖v‖ = 1. The network is left as it was.</remarks>
public static class Hessian
{
    /// <summary>Searches for the largest eigenvalue.</summary>
    /// <param name="network">The network.</param>
    /// <param name="images">Whole images [N,H,W,C].</param>
    /// <param name="labels">Their classes [N].</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told the share of the iterations that may be needed; may be null.</param>
    /// <param name="cancel">Stops between iterations.</param>
    /// <exception cref="UserException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The search was stopped; nothing was changed.</exception>
    public static HessianEigenvalue LargestEigenvalue(
        Network network, float[] images, int[] labels, HessianOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancel = default) =>
        LargestEigenvalue(network, new ProbeBatch(network, images, labels), options ?? new HessianOptions(), progress, cancel);

    /// <summary>The same with the first images of a set and the loss of a run.</summary>
    internal static HessianEigenvalue LargestEigenvalue(
        Network network, PreparedSet set, RunSpec spec, HessianOptions options, IProgress<double>? progress, CancellationToken cancel) =>
        LargestEigenvalue(
            network, ProbeBatch.First(network, set, spec.Batch, (float)spec.LabelSmoothing, spec.Seed), options, progress, cancel);

    private static HessianEigenvalue LargestEigenvalue(
        Network network, ProbeBatch batch, HessianOptions options, IProgress<double>? progress, CancellationToken cancel)
    {
        if (!(options.Step > 0) || !(options.Tolerance > 0) || options.Iterations < 2)
        {
            throw new UserException(
                $"A Hessian with step {options.Step}, tolerance {options.Tolerance} and {options.Iterations} iterations: "
                + "expected a step and a tolerance above 0 and 2 iterations or more.");
        }

        var point = new ParameterPoint(network, batch);
        var step = options.Step * Math.Max(1, point.Norm);
        var behind = new double[point.Length];
        var search = new PowerIteration(point.Length, Product, options.Tolerance, options.Iterations);
        batch.Keep();
        try
        {
            var value = search.Largest(options.Seed, progress);
            return new HessianEigenvalue(value, search.Iterations, search.Change, search.Change <= options.Tolerance, step);
        }
        finally
        {
            point.Restore();
            network.ClearGradients();
        }

        void Product(double[] direction, double[] product)
        {
            cancel.ThrowIfCancellationRequested();
            point.Gradient(direction, step, product);
            point.Gradient(direction, -step, behind);
            for (var i = 0; i < product.Length; i++) product[i] = (product[i] - behind[i]) / (2 * step);
        }
    }

    // The trainable parameters as one vector.
    private sealed class ParameterPoint
    {
        private readonly Network _network;
        private readonly ProbeBatch _batch;
        private readonly (Parameter Parameter, float[] Start, float[] Moved)[] _parts;

        public ParameterPoint(Network network, ProbeBatch batch)
        {
            (_network, _batch) = (network, batch);
            _parts = [.. network.Parameters.Where(p => p.Trainable).Select(p => (p, p.Value.ToArray(), new float[p.Shape.Length]))];
            Length = _parts.Sum(p => p.Start.Length);
            Norm = Math.Sqrt(_parts.Sum(p => p.Start.Sum(x => (double)x * x)));
        }

        public int Length { get; }

        public double Norm { get; }

        public void Gradient(double[] direction, double step, double[] gradient)
        {
            var at = 0;
            foreach (var (parameter, start, moved) in _parts)
            {
                for (var i = 0; i < start.Length; i++) moved[i] = (float)(start[i] + step * direction[at + i]);
                parameter.Value.CopyFrom(moved);
                at += start.Length;
            }

            _batch.Restore();
            _batch.Loss(PassMode.Recalibrate, gradients: true);
            at = 0;
            foreach (var (parameter, start, moved) in _parts)
            {
                Array.Clear(moved);
                parameter.Value.Gradient?.CopyTo(moved);
                for (var i = 0; i < moved.Length; i++) gradient[at + i] = moved[i];
                at += start.Length;
            }
        }

        public void Restore()
        {
            foreach (var (parameter, start, _) in _parts) parameter.Value.CopyFrom(start);
            _batch.Restore();
        }
    }
}
