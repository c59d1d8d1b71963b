using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Equi-normalization of three kinds of networks: weights, biases, momentum, and the function, which must stay.</summary>
internal static class EquiNormChecks
{
    public static void Mlp(GoldenCase golden)
    {
        var net = new Net(golden);
        var layers = golden.Config.Integer("layers");
        for (var i = 0; i < layers; i++) net.Root.Add($"l{i}", net.Dense($"l{i}", isLast: i == layers - 1));
        net.Check();
    }

    public static void Convolutional(GoldenCase golden)
    {
        var config = golden.Config;
        double[] strides = config.Numbers("strides"), pads = config.Numbers("pads");
        if (strides.Length != 3) throw config.Unexpected("strides");
        if (pads.Length != 3) throw config.Unexpected("pads");
        var net = new Net(golden);
        for (var i = 0; i < 3; i++)
        {
            if (i == 2) net.Root.Add("pool", TrajectoryCheck.ReadPool(config.Part("pool")));
            net.Root.Add($"conv{i}", net.Convolution($"conv{i}", (int)strides[i], (int)pads[i], net.Activation));
        }

        Shape? view = null;
        switch (config.Text("head"))
        {
            case "gap":
                net.Root.Add("head", new GlobalAveragePool());
                break;
            case "flatten":
                view = net.Root.OutputShape(net.X.Shape);
                net.Root.Add("head", new Flatten());
                break;
            default:
                throw config.Unexpected("head");
        }

        net.Root.Add("dense", net.Dense("dense", isLast: true, view));
        net.Check();
    }

    public static void Residual(GoldenCase golden)
    {
        var net = new Net(golden);
        var identity = Activation.Identity;
        net.Root.Add("stem", net.Same("stem", net.Activation));
        var blocks = golden.Config.Integer("identity_blocks");
        for (var i = 0; i < blocks; i++)
        {
            var body = new Sequential()
                .Add("a", net.Same($"block{i}.a", net.Activation)).Add("b", net.Same($"block{i}.b", identity));
            net.Root.Add($"block{i}", new Residual(body, null, net.Activation));
        }

        var stride = golden.Config.Integer("down_stride");
        var down = new Sequential()
            .Add("a", net.Same("down.a", net.Activation, stride)).Add("b", net.Same("down.b", identity));
        net.Root.Add("down", new Residual(down, net.Same("down.proj", identity, stride), net.Activation))
            .Add("average", new GlobalAveragePool())
            .Add("dense", net.Dense("dense", isLast: true));
        net.Check();
    }

    private sealed class Net
    {
        private readonly GoldenCase _golden;
        private readonly bool _biases;
        private readonly List<(string Name, LinearMap Map, Shape? View)> _layers = [];

        public Net(GoldenCase golden)
        {
            _golden = golden;
            _biases = golden.Config.Flag("biases");
            Activation = TrajectoryCheck.ReadActivation(golden.Config);
            X = golden.Activation("in.x");
            X.NeedsGradient = false;
        }

        public Sequential Root { get; } = new();

        public Activation Activation { get; }

        public Tensor X { get; }

        public Conv2d Same(string name, Activation activation, int stride = 1) =>
            Convolution(name, stride, ShapeOf(name)[0] / 2, activation);

        public Conv2d Convolution(string name, int stride, int padding, Activation activation)
        {
            var shape = ShapeOf(name);
            return Keep(name, new Conv2d(shape, new PlainWeight(shape, Init.Constant(0f)), Bias, stride, padding, activation), null);
        }

        public Linear Dense(string name, bool isLast, Shape? features = null)
        {
            // Behind a flatten the file has the columns as (c,h,w), EvenKeel its rows as (h,w,c).
            var shape = ShapeOf(name);
            Shape? view = features is { } f ? new Shape(f[1], f[2], f[3], shape[1]) : null;
            return Keep(name, new Linear(shape, new PlainWeight(shape, Init.Constant(0f)), Bias, isLast ? Activation.Identity : Activation), view);
        }

        public void Check()
        {
            var config = _golden.Config;
            var network = new Network(Root, X.Shape, _golden.Backend, seed: 0);
            var hasMomentum = config.Flag("momentum");
            var optimizer = new Sgd(network, hasMomentum ? 0.9 : 0);
            foreach (var (file, value, view) in Tensors(optimizer, before: true)) _golden.Load(file, value, view);
            CheckGroups(network);

            var before = Output(network);
            _golden.CompareActivation("out.y_before", before);
            var values = before.ToArray();
            var norm = new EquiNorm
            {
                Ratio = (float)config.Number("c", 1),
                Cycles = config.Integer("cycles", 1),
                Power = config.Text("p") switch { "1" => 1, "2" => 2, _ => throw config.Unexpected("p") },
            };
            norm.Balance(network, optimizer);
            var after = Output(network);
            _golden.CompareActivation("out.y_after", after);
            _golden.Agree("the output after balancing", after.ToArray(), values);
            foreach (var (file, value, view) in Tensors(optimizer, before: false)) _golden.CompareWeight(file, value, view);
        }

        private Init? Bias => _biases ? Init.Constant(0f) : null;

        private Shape ShapeOf(string name) => Layout.WeightShape(_golden.Input($"param.{name}.w").Sizes);

        private T Keep<T>(string name, T map, Shape? view) where T : LinearMap
        {
            _layers.Add((name, map, view));
            return map;
        }

        private IEnumerable<(string File, Tensor Value, Shape? View)> Tensors(Sgd optimizer, bool before)
        {
            foreach (var (name, map, view) in _layers)
            {
                foreach (var (parameter, letter) in new[] { (map.Weight.Stored, "w"), (map.Bias, "b") })
                {
                    if (parameter is null) continue;
                    var shape = letter == "w" ? view : null;
                    yield return ($"{(before ? "param" : "out")}.{name}.{letter}", parameter.Value, shape);
                    foreach (var buffer in optimizer.BuffersOf(parameter))
                        yield return ($"{(before ? "state" : "state_after")}.momentum.{name}.{letter}", buffer.Value, shape);
                }
            }
        }

        // The residual cases list the groups that they were computed with, in their order.
        private void CheckGroups(Network network)
        {
            if (!_golden.Config.Has("groups")) return;
            var found = ChannelFlow.Of(network, throughNormalizers: true).Groups
                .Where(g => g is { Fixed: null, Readers.Count: > 0 })
                .Select(g => $"{Names(g.Writers)} -> {Names(g.Readers)}");
            var listed = _golden.Config.Parts("groups")
                .Select(g => $"{string.Join(' ', g.Texts("writers").Order(StringComparer.Ordinal))} -> {string.Join(' ', g.Texts("readers").Order(StringComparer.Ordinal))}");
            string ours = string.Join("; ", found), theirs = string.Join("; ", listed);
            if (ours != theirs) throw new NotUnderstoodException($"the groups are {ours}, the file has {theirs}");
        }

        private string Names(IEnumerable<ChannelEnd> ends) => string.Join(
            ' ', ends.Select(e => _layers.Single(l => l.Map == e.Module).Name).Distinct().Order(StringComparer.Ordinal));

        private Tensor Output(Network network)
        {
            network.Tape.Begin(recording: false);
            return network.Forward(new Pass(network.Tape, PassMode.Evaluate), X);
        }
    }
}
