using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Tests.Training.Diagnostics;

/// <summary>Every measurement against plain loops in double precision.</summary>
public class DiagnosticProbeTests
{
    private const int Images = 6, Inputs = 4, Hidden = 5, Classes = 3;
    private const double Rate = 0.25, Epsilon = 1e-5;

    private static readonly int[] Labels = [0, 1, 2, 2, 1, 0];

    private static readonly float[] X = Numbers(Images * Inputs, 0.7);

    [Fact]
    public void ABatchNormalizedNetworkIsMeasuredAsPlainLoopsDo()
    {
        using var backend = new CpuBackend(1);
        var network = Make("bn", backend, Activation.Relu);
        float[] w1 = Numbers(Inputs * Hidden, 1.3), gamma = [1f, 0.5f, 2f, -1f, 1.5f], beta = [0.1f, -0.2f, 0f, 0.3f, -100f];
        float[] w2 = Numbers(Hidden * Classes, 2.1), bias = [0.2f, -0.1f, 0.4f];
        float[] runningMean = [0.3f, -0.2f, 0f, 0.5f, 0.1f], runningVariance = [0.5f, 1f, 2f, 0.25f, 4f];
        Set(network, "a.weight", w1);
        Set(network, "a.norm.gamma", gamma);
        Set(network, "a.norm.beta", beta);
        Set(network, "c.weight", w2);
        Set(network, "c.bias", bias);
        Set(network, "a.norm.running_mean", runningMean);
        Set(network, "a.norm.running_var", runningVariance);

        var record = new DiagnosticProbe(network, X, Labels).Measure(Rate);

        var z = Product(X, w1, Images, Inputs, Hidden);
        var mean = new double[Hidden];
        var squares = new double[Hidden];
        for (var c = 0; c < Hidden; c++)
        {
            for (var n = 0; n < Images; n++) mean[c] += z[n * Hidden + c] / Images;
            for (var n = 0; n < Images; n++) squares[c] += Math.Pow(z[n * Hidden + c] - mean[c], 2);
        }

        double[] Rectified(Func<int, double> centre, Func<int, double> variance) =>
        [
            .. z.Select((value, i) => (value, c: i % Hidden)).Select(at => Math.Max(
                0, gamma[at.c] * (at.value - centre(at.c)) / Math.Sqrt(variance(at.c) + Epsilon) + beta[at.c])),
        ];

        var active = Rectified(c => mean[c], c => squares[c] / Images);
        var quiet = Rectified(c => runningMean[c], c => runningVariance[c]);
        Assert.Equal(Loss(active, w2, bias).Loss, record.TrainLoss!.Value, 1e-5);
        Assert.Equal(Loss(active, w2, bias).Loss, record.BatchLoss!.Value, 1e-5);
        Assert.Equal(Loss(quiet, w2, bias).Loss, record.EvaluateLoss!.Value, 1e-5);
        Assert.Equal(Loss(quiet, w2, bias).Loss - Loss(active, w2, bias).Loss, record.Gap!.Value, 1e-5);

        Assert.Equal(["a", "c"], record.Weights.Select(w => w.Layer));
        Assert.Equal(Norm(w1), record.Weights[0].Norm, 1e-6);
        Assert.Null(record.Weights[0].EffectiveNorm);
        Assert.Equal(Rate / Math.Pow(Norm(w2), 2), record.Weights[1].EffectiveStep, 1e-6);
        Assert.Equal(Norm(Loss(active, w2, bias).WeightGradient), record.Weights[1].Gradient!.Value, 1e-5);

        var statistics = Assert.Single(record.Statistics);
        Assert.Equal("a.norm", statistics.Layer);
        Assert.Equal(
            Rms(c => (runningMean[c] - mean[c]) / Math.Sqrt(squares[c] / Images)), statistics.MeanDistance!.Value, 1e-5);
        Assert.Equal(
            Rms(c => Math.Log(runningVariance[c] / (squares[c] / (Images - 1)))), statistics.VarianceDistance!.Value, 1e-5);

        var activation = Assert.Single(record.Activations);
        Assert.Equal(active.Average(), activation.Mean, 1e-5);
        Assert.Equal(Math.Sqrt(active.Average(v => Math.Pow(v - active.Average(), 2))), activation.Deviation, 1e-5);
        Assert.Equal(1 / 5.0, activation.Dead);

        var gain = Assert.Single(record.Gains);
        Assert.Equal(("a.norm.gamma", -1.0, 0.5, 1.0, 1.5, 2.0), (gain.Name, gain.Min, gain.Lower, gain.Median, gain.Upper, gain.Max));
        Assert.Equal(["a.norm.beta", "c.bias"], record.Biases.Select(b => b.Name));
        Assert.Equal(0.2, record.Biases[1].Median, 1e-7);
        Assert.Equal(0.3, record.Biases[1].Upper, 1e-7);
    }

    // Mean-only batch norm has no variance, and weight norm a weight of its own beside the stored one.
    [Fact]
    public void AWeightNormalizedNetworkIsMeasuredAsPlainLoopsDo()
    {
        using var backend = new CpuBackend(1);
        var network = Make("wn+mobn", backend, Activation.LeakyRelu(0.1f));
        float[] v = Numbers(Inputs * Hidden, 1.3), g = [2f, 1f, 0.5f, 3f, 1f], runningMean = [1f, 0f, 0f, -1f, 0f];
        Set(network, "a.v", v);
        Set(network, "a.g", g);
        Set(network, "a.norm.running_mean", runningMean);
        var record = new DiagnosticProbe(network, X, Labels).Measure(Rate);

        Assert.Equal(Norm(v), record.Weights[0].Norm, 1e-6);
        Assert.Equal(Rate / Math.Pow(Norm(v), 2), record.Weights[0].EffectiveStep, 1e-6);
        Assert.Equal(Norm(g), record.Weights[0].EffectiveNorm!.Value, 1e-5);

        var w = new double[v.Length];
        for (var c = 0; c < Hidden; c++)
        {
            var length = Math.Sqrt(Enumerable.Range(0, Inputs).Sum(i => Math.Pow(v[i * Hidden + c], 2)));
            for (var i = 0; i < Inputs; i++) w[i * Hidden + c] = g[c] * v[i * Hidden + c] / length;
        }

        var z = Product(X, [.. w.Select(x => (float)x)], Images, Inputs, Hidden);
        double Mean(int c) => Enumerable.Range(0, Images).Average(n => z[n * Hidden + c]);
        double Deviation(int c) => Math.Sqrt(Enumerable.Range(0, Images).Average(n => Math.Pow(z[n * Hidden + c] - Mean(c), 2)));
        var statistics = record.Statistics.First(s => s.Layer == "a.norm");
        Assert.Equal(Rms(c => (runningMean[c] - Mean(c)) / Deviation(c)), statistics.MeanDistance!.Value, 1e-5);
        Assert.Null(statistics.VarianceDistance);

        // Centred values of every channel lie on both sides of zero.
        Assert.Equal(0, record.Activations.Single(a => a.Layer == "a.norm").Dead);
    }

    /// <summary>Whatever a method keeps besides its parameters is as before, and the next steps give the same bits.</summary>
    [Theory]
    [MemberData(nameof(SmallNetwork.Schemes), MemberType = typeof(SmallNetwork))]
    public void MeasuringLeavesNoTrace(string scheme)
    {
        using var backend = new CpuBackend(1);
        Assert.Equal(Trained(probing: false), Trained(probing: true));

        float[] Trained(bool probing)
        {
            var network = SmallNetwork.Make(scheme, backend);
            var images = SmallNetwork.Images();
            network.InitializeFromData(images, 1);
            var optimizer = new Sgd(network, momentum: 0.9) { LearningRate = 0.01 };
            var probe = new DiagnosticProbe(network, [.. images.Reverse()], SmallNetwork.Labels);
            for (var step = 0; step < 3; step++)
            {
                if (probing) Assert.True(double.IsFinite(probe.Measure(0.01).BatchLoss!.Value));
                SmallNetwork.Step(network, images);
                optimizer.Step();
            }

            return [.. network.State().SelectMany(s => s.Value.ToArray())];
        }
    }

    private static Network Make(string scheme, CpuBackend backend, Activation activation)
    {
        var spec = new ModelSpec(new Shape(1, 1, 1, Inputs), Classes, Scheme.Parse(scheme));
        var root = new Sequential().Add("flatten", new Flatten()).Dense("a", spec, Inputs, Hidden, activation).Classifier("c", spec, Hidden);
        return new Network(root, new Shape(Images, 1, 1, Inputs), backend, seed: 3);
    }

    private static void Set(Network network, string name, float[] values) =>
        network.State().Single(s => s.Name == name).Value.CopyFrom(values);

    private static float[] Numbers(int count, double phase) =>
        [.. Enumerable.Range(1, count).Select(i => (float)Math.Sin(i * i * phase))];

    private static double Norm(IEnumerable<float> values) => Norm(values.Select(v => (double)v));

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(v => v * v));

    private static double Rms(Func<int, double> of) => Math.Sqrt(Enumerable.Range(0, Hidden).Average(c => Math.Pow(of(c), 2)));

    private static double[] Product(IReadOnlyList<float> a, float[] b, int rows, int inner, int columns) =>
        Product([.. a.Select(v => (double)v)], b, rows, inner, columns);

    private static double[] Product(double[] a, float[] b, int rows, int inner, int columns)
    {
        var y = new double[rows * columns];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                for (var i = 0; i < inner; i++) y[r * columns + c] += a[r * inner + i] * b[i * columns + c];
        return y;
    }

    private static (double Loss, double[] WeightGradient) Loss(double[] hidden, float[] w, float[] bias)
    {
        var logits = Product(hidden, w, Images, Hidden, Classes);
        var loss = 0.0;
        var gradient = new double[w.Length];
        for (var n = 0; n < Images; n++)
        {
            var exp = Enumerable.Range(0, Classes).Select(k => Math.Exp(logits[n * Classes + k] + bias[k])).ToArray();
            loss -= Math.Log(exp[Labels[n]] / exp.Sum()) / Images;
            for (var h = 0; h < Hidden; h++)
                for (var k = 0; k < Classes; k++)
                    gradient[h * Classes + k] += hidden[n * Hidden + h] * (exp[k] / exp.Sum() - (k == Labels[n] ? 1 : 0)) / Images;
        }

        return (loss, gradient);
    }
}
