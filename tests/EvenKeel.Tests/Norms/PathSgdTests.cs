using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

public class PathSgdTests
{
    private static readonly int[] Sizes = [3, 4, 3, 2];

    [Fact]
    public void GradientsAreDividedByTheSumOverAllPaths()
    {
        using var backend = new CpuBackend(2);
        var network = Make(backend);
        var divisors = Divisors(network);
        var byPaths = new Dictionary<(int Layer, int From, int To), double>();

        // Every path from an input, and from the constant unit that feeds each layer's biases (From = −1).
        for (var i = 0; i < Sizes[0]; i++) Walk(network, byPaths, 0, i, []);
        for (var layer = 0; layer < Sizes.Length - 1; layer++) Walk(network, byPaths, layer, -1, []);
        // A layer's parameters are its bias, then its weight.
        foreach (var ((layer, from, to), expected) in byPaths)
        {
            var got = from < 0 ? divisors[2 * layer][to] : divisors[2 * layer + 1][from * Sizes[layer + 1] + to];
            Assert.Equal(1.0, got / expected, 1e-5);
        }

        Assert.Equal(divisors.Sum(d => d.Length), byPaths.Count);
    }

    [Fact]
    public void TheDivisorIsTheDerivativeByTheSquaredWeights()
    {
        using var backend = new CpuBackend(1);
        var divisors = Divisors(Make(backend));
        var squared = Make(backend);
        foreach (var parameter in squared.Parameters)
            parameter.Value.CopyFrom([.. parameter.Value.ToArray().Select(w => w * w)]);
        squared.Tape.Begin(recording: true);
        var x = squared.RentInput(1);
        backend.Fill(1f, x);
        var y = squared.Forward(new Pass(squared.Tape, PassMode.Train), x);
        squared.Tape.Backward(y, [1f, 1f]);
        foreach (var (parameter, expected) in squared.Parameters.Zip(divisors))
            Assert.All(parameter.Value.Gradient!.ToArray().Zip(expected), pair => Assert.Equal(1.0, pair.First / pair.Second, 1e-5));
    }

    [Fact]
    public void AnOptimizerThatRescalesIsRefused()
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        Assert.Contains("use --optimizer sgd", Assert.Throws<UserException>(
            () => Scheme.Parse("pathsgd").Hooks(network, new Adam(network))).Message, StringComparison.Ordinal);
    }

    // What gradients of 1 are divided by.
    private static double[][] Divisors(Network network)
    {
        foreach (var parameter in network.Parameters)
        {
            network.Backend.Fill(1f, parameter.Value.GradientBuffer!);
            parameter.Value.HasGradient = true;
        }

        Scheme.Parse("pathsgd").Hooks(network, new Sgd(network))[0].BeforeUpdate(new StepTime(1, 0));
        return [.. network.Parameters.Select(p => p.Value.Gradient!.ToArray().Select(g => 1.0 / g).ToArray())];
    }

    private static void Walk(
        Network network, Dictionary<(int, int, int), double> sums, int layer, int from, List<(int Layer, int From, int To)> path)
    {
        if (layer == Sizes.Length - 1)
        {
            foreach (var edge in path)
            {
                var product = path.Where(other => other != edge).Aggregate(1.0, (p, other) => p * Square(network, other));
                sums[edge] = sums.GetValueOrDefault(edge) + product;
            }

            return;
        }

        for (var to = 0; to < Sizes[layer + 1]; to++) Walk(network, sums, layer + 1, to, [.. path, (layer, from, to)]);
    }

    private static double Square(Network network, (int Layer, int From, int To) edge)
    {
        var parameter = network.Parameters[2 * edge.Layer + (edge.From < 0 ? 0 : 1)].Value.ToArray();
        double w = parameter[edge.From < 0 ? edge.To : edge.From * Sizes[edge.Layer + 1] + edge.To];
        return w * w;
    }

    private static Network Make(CpuBackend backend)
    {
        var root = new Sequential().Add("flatten", new Flatten());
        for (var layer = 0; layer < Sizes.Length - 1; layer++)
        {
            var (weight, bias) = Init.Named("uniform", Sizes[layer], 0f);
            var shape = new Shape(Sizes[layer], Sizes[layer + 1]);
            root.Add($"l{layer}", new Linear(shape, new PlainWeight(shape, weight), bias, layer < 2 ? Activation.Relu : Activation.Identity));
        }

        return new Network(root, new Shape(1, Sizes[0]), backend, seed: 4);
    }
}
