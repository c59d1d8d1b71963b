using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Tests.Training.Diagnostics;

public class HessianTests
{
    // Softmax regression: the Hessian is the mean over the images of (diag p − p·pᵀ) ⊗ x·xᵀ, with x = (image, 1).
    [Fact]
    public void TheLargestEigenvalueOfSoftmaxRegressionIsTheKnownOne()
    {
        const int images = 7, inputs = 4, classes = 3;
        using var backend = new CpuBackend(1);
        var spec = new ModelSpec(new Shape(1, 1, 1, inputs), classes, Scheme.Parse("none"));
        var root = new Sequential().Add("flatten", new Flatten()).Classifier("c", spec, inputs);
        var network = new Network(root, new Shape(images, 1, 1, inputs), backend, seed: 3);
        float[] x = [.. Enumerable.Range(1, images * inputs).Select(i => (float)(2 * Math.Sin(i * i)))];
        int[] labels = [0, 1, 2, 0, 1, 2, 0];
        float[] w = network.Parameters[1].Value.ToArray(), bias = [0.5f, -0.5f, 0.1f];
        network.Parameters[0].Value.CopyFrom(bias);

        const int wide = inputs + 1, size = wide * classes;
        var hessian = new double[size, size];
        for (var n = 0; n < images; n++)
        {
            double[] row = [.. Enumerable.Range(0, inputs).Select(i => (double)x[n * inputs + i]), 1];
            var exp = Enumerable.Range(0, classes)
                .Select(k => Math.Exp(bias[k] + Enumerable.Range(0, inputs).Sum(i => row[i] * w[i * classes + k]))).ToArray();
            var p = exp.Select(e => e / exp.Sum()).ToArray();
            for (var a = 0; a < size; a++)
                for (var b = 0; b < size; b++)
                {
                    int k = a / wide, l = b / wide;
                    hessian[a, b] += ((k == l ? p[k] : 0) - p[k] * p[l]) * row[a % wide] * row[b % wide] / images;
                }
        }

        var expected = LargestOf(hessian);
        var found = Hessian.LargestEigenvalue(network, x, labels, new HessianOptions { Tolerance = 1e-6 });
        Assert.True(found.Converged);
        Assert.Equal(expected, found.Value, 1e-3 * expected);
        Assert.Equal(bias, network.Parameters[0].Value.ToArray());
        Assert.Equal(w, network.Parameters[1].Value.ToArray());
    }

    // Batch normalization, whose gradients flow through the batch's statistics, against second differences of the loss.
    [Fact]
    public void ThroughBatchStatisticsItIsThatOfTheLossItself()
    {
        using var backend = new CpuBackend(1);
        var spec = new ModelSpec(new Shape(1, 1, 1, 2), 2, Scheme.Parse("bn"));
        var root = new Sequential().Add("flatten", new Flatten()).Dense("a", spec, 2, 2, Activation.Identity).Classifier("c", spec, 2);
        var network = new Network(root, new Shape(5, 1, 1, 2), backend, seed: 4);
        float[] x = [1f, -0.5f, 0.3f, 0.8f, -1.2f, 0.4f, 0.6f, 1.5f, -0.7f, -0.9f];
        int[] labels = [0, 1, 0, 1, 1];
        var buffers = network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray();
        var theta = network.Parameters.SelectMany(p => p.Value.ToArray()).Select(v => (double)v).ToArray();

        const double h = 1e-4;
        var hessian = new double[theta.Length, theta.Length];
        for (var i = 0; i < theta.Length; i++)
            for (var j = 0; j < theta.Length; j++)
            {
                double At(int one, int other)
                {
                    var moved = (double[])theta.Clone();
                    moved[i] += one * h;
                    moved[j] += other * h;
                    return NaiveLoss(moved, x, labels);
                }

                hessian[i, j] = (At(1, 1) - At(1, -1) - At(-1, 1) + At(-1, -1)) / (4 * h * h);
            }

        var expected = LargestOf(hessian);
        var found = Hessian.LargestEigenvalue(network, x, labels, new HessianOptions { Tolerance = 1e-6, Iterations = 500 });
        Assert.Equal(expected, found.Value, 3e-3 * expected);
        Assert.Equal(buffers, network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray());
    }

    [Fact]
    public void ALargerNegativeEigenvalueDoesNotHideTheLargest()
    {
        double[] eigenvalues = [-5, 1, 3, 0.5];
        var search = new PowerIteration(
            4, (v, w) => { for (var i = 0; i < 4; i++) w[i] = eigenvalues[i] * v[i]; }, 1e-10, 1000);
        Assert.Equal(3, search.Largest(seed: 1), 1e-4);
    }

    [Theory]
    [InlineData("wn+mobn")]
    [InlineData("sn(iterations=3,warmup=30)")]
    public void SearchingLeavesTheNetworkAsItWas(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = SmallNetwork.Make(scheme, backend);
        var before = network.State().SelectMany(s => s.Value.ToArray()).ToArray();
        var found = Hessian.LargestEigenvalue(network, SmallNetwork.Images(), SmallNetwork.Labels, new HessianOptions { Iterations = 4 });
        Assert.True(double.IsFinite(found.Value));
        Assert.Equal(before, network.State().SelectMany(s => s.Value.ToArray()).ToArray());
    }

    [Fact]
    public void ImpossibleOptionsAreExplained()
    {
        using var backend = new CpuBackend(1);
        var network = SmallNetwork.Make("none", backend);
        var error = Assert.Throws<UserException>(() => Hessian.LargestEigenvalue(
            network, SmallNetwork.Images(), SmallNetwork.Labels, new HessianOptions { Step = 0 }));
        Assert.Contains("expected a step and a tolerance above 0", error.Message, StringComparison.Ordinal);
    }

    // θ = a.weight [2,2], gamma, beta, c.bias, c.weight [2,2].
    private static double NaiveLoss(double[] theta, float[] x, int[] labels)
    {
        var n = labels.Length;
        var z = new double[n, 2];
        for (var c = 0; c < 2; c++)
        {
            for (var i = 0; i < n; i++) z[i, c] = x[2 * i] * theta[c] + x[2 * i + 1] * theta[2 + c];
            var mean = Enumerable.Range(0, n).Average(i => z[i, c]);
            var variance = Enumerable.Range(0, n).Average(i => Math.Pow(z[i, c] - mean, 2));
            for (var i = 0; i < n; i++) z[i, c] = theta[4 + c] * (z[i, c] - mean) / Math.Sqrt(variance + 1e-5) + theta[6 + c];
        }

        return Enumerable.Range(0, n).Average(i =>
        {
            var exp = Enumerable.Range(0, 2).Select(k => Math.Exp(z[i, 0] * theta[10 + k] + z[i, 1] * theta[12 + k] + theta[8 + k])).ToArray();
            return -Math.Log(exp[labels[i]] / exp.Sum());
        });
    }

    // Powers of the matrix plus enough of the identity that no eigenvalue is negative.
    private static double LargestOf(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        const double shift = 10;
        var v = Enumerable.Range(1, size).Select(i => Math.Sin(i)).ToArray();
        var value = 0.0;
        for (var round = 0; round < 3_000; round++)
        {
            var next = Enumerable.Range(0, size).Select(i => shift * v[i] + Enumerable.Range(0, size).Sum(j => matrix[i, j] * v[j])).ToArray();
            value = Math.Sqrt(next.Sum(a => a * a));
            v = [.. next.Select(a => a / value)];
        }

        return value - shift;
    }
}
