using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Optimizers: some steps from given gradients.</summary>
internal static class OptimizerChecks
{
    public static void Sgd(GoldenCase golden) => Run(golden, network => ReadSgd(golden.Config, network));

    public static void Adam(GoldenCase golden) => Run(golden, network => ReadAdam(golden.Config, network, AdamKind.Adam));

    public static void AdamW(GoldenCase golden) => Run(golden, network => ReadAdam(golden.Config, network, AdamKind.AdamW));

    public static void Adamax(GoldenCase golden) => Run(golden, network => ReadAdam(golden.Config, network, AdamKind.Adamax));

    /// <summary>The optimizer that options with a <c>type</c> describe.</summary>
    public static Optimizer Read(GoldenConfig config, Network network) => config.Text("type") switch
    {
        "sgd" => ReadSgd(config, network),
        "adam" => ReadAdam(config, network, AdamKind.Adam),
        _ => throw config.Unexpected("type"),
    };

    private static Sgd ReadSgd(GoldenConfig config, Network network)
    {
        if (config.Number("dampening", 0) != 0) throw new NotThereException("sgd with dampening");
        return new Sgd(network, config.Number("momentum", 0), config.Flag("nesterov", false))
        {
            LearningRate = config.Number("lr"),
            WeightDecay = config.Number("weight_decay", 0),
            DecayScope = DecayScope.All,
        };
    }

    private static Adam ReadAdam(GoldenConfig config, Network network, AdamKind kind)
    {
        double[] betas = config.Has("betas") ? config.Numbers("betas") : [0.9, 0.999];
        if (betas.Length != 2) throw config.Unexpected("betas");
        var place = config.Text("eps_place", "outside");
        if (place is not ("inside" or "outside") || (place == "inside" && kind == AdamKind.Adamax))
            throw config.Unexpected("eps_place");
        return new Adam(network, kind)
        {
            LearningRate = config.Number("lr"),
            WeightDecay = config.Number("weight_decay", 0),
            DecayScope = DecayScope.All,
            Beta1 = betas[0],
            Beta2 = betas[1],
            Epsilon = config.Number("eps", 1e-8),
            EpsilonInsideRoot = place == "inside",
        };
    }

    private static void Run(GoldenCase golden, Func<Network, Optimizer> create)
    {
        var network = ParameterNetwork(golden);
        var optimizer = create(network);
        var gradients = network.Parameters.Select(p => golden.Input($"in.grad.{p.Name}")).ToArray();
        var steps = gradients[0].Sizes[0];
        if (gradients.Any(g => g.Sizes[0] != steps)) throw new NotUnderstoodException("the gradients have different numbers of steps");
        var beta1 = golden.Config.Has("beta1_per_step") ? golden.Config.Numbers("beta1_per_step") : null;
        if (beta1 is not null && (beta1.Length != steps || optimizer is not Optim.Adam)) throw golden.Config.Unexpected("beta1_per_step");
        var trajectories = network.Parameters.Select(p => new float[steps * p.Shape.Length]).ToArray();
        for (var step = 0; step < steps; step++)
        {
            if (beta1 is not null) ((Adam)optimizer).Beta1 = beta1[step];
            for (var i = 0; i < gradients.Length; i++)
            {
                var value = network.Parameters[i].Value;
                SetGradient(value, gradients[i].Values.AsSpan(step * value.Shape.Length, value.Shape.Length), gradients[i].Sizes.AsSpan(1));
            }

            optimizer.Step();
            for (var i = 0; i < gradients.Length; i++)
            {
                var parameter = network.Parameters[i];
                Layout.WeightToFile(parameter.Value.ToArray(), parameter.Shape)
                    .CopyTo(trajectories[i].AsSpan(step * parameter.Shape.Length));
            }
        }

        for (var i = 0; i < gradients.Length; i++)
            golden.Compare($"out.{network.Parameters[i].Name}", trajectories[i], gradients[i].Sizes);
        foreach (var (name, value) in optimizer.State) golden.CompareWeight($"state_after.{name}", value);
    }

    /// <summary>A network that is nothing but the file's parameters.</summary>
    public static Network ParameterNetwork(GoldenCase golden)
    {
        var names = golden.Names("param.").ToArray();
        var module = new Parameters(names.Select(name => (name, Layout.WeightShape(golden.Input($"param.{name}").Sizes))));
        var network = new Network(module, new Shape(1), golden.Backend, seed: 0);
        golden.Load(network);
        return network;
    }

    /// <summary>Gives a parameter a gradient of the file, as a backward pass would.</summary>
    public static void SetGradient(Tensor parameter, ReadOnlySpan<double> gradient, ReadOnlySpan<int> sizes)
    {
        if (!sizes.SequenceEqual(Layout.WeightFileShape(parameter.Shape)))
            throw new NotUnderstoodException($"a gradient of shape [{string.Join(", ", sizes.ToArray())}] does not fit a parameter of native shape {parameter.Shape}");
        parameter.GradientBuffer!.CopyFrom(Layout.WeightFromFile(gradient, sizes));
        parameter.HasGradient = true;
    }

    private sealed class Parameters : Module
    {
        public Parameters(IEnumerable<(string Name, Shape Shape)> parameters)
        {
            foreach (var (name, shape) in parameters) Parameter(name, shape, ParameterKind.Weight, Init.Constant(0f));
        }

        public override Tensor Forward(Pass pass, Tensor x) => x;
    }
}
