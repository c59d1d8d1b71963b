using System.Diagnostics;
using EvenKeel.Autograd;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Training;
using Backend = EvenKeel.Backends.Backend;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>A network, an optimizer and a batch of random data, ready to take training steps as a PyTorch loop would:
/// forward, loss, backward, optimizer.</summary>
internal sealed class TrainingStep
{
    private readonly Optimizer _optimizer;
    private readonly IReadOnlyList<StepHook> _hooks;
    private readonly float[] _images;
    private readonly int[] _labels;

    /// <summary>Builds the network of a case.</summary>
    /// <exception cref="UserException">An unknown name, or a batch that the scheme cannot normalize.</exception>
    public TrainingStep(BenchCase bench, Backend backend)
    {
        var model = ModelCatalog.Find(bench.Model);
        var spec = new ModelSpec(model.Image, model.Classes, Scheme.Parse(bench.Scheme), bench.Width);
        Network = new Network(model.Build(spec), model.Image.WithBatch(bench.Batch), backend, seed: 1);
        Network.CheckTraining(bench.Batch);
        _optimizer = SpecParts.Optimizer(bench.Optimizer, Network);
        _hooks = spec.Scheme.Hooks(Network, _optimizer);
        Pass = new Pass(Network.Tape, PassMode.Train, seed: 1);
        _labels = new int[bench.Batch];
        var random = new RandomStream(2, 0);
        for (var i = 0; i < bench.Batch; i++) _labels[i] = random.Below((ulong)i, spec.Classes);
        Network.Tape.Begin(recording: false);
        var x = Network.RentInput(bench.Batch);
        backend.FillGaussian(new RandomStream(3, 0), 0f, 1f, x);
        _images = x.ToArray();
    }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The arguments of its forward passes.</summary>
    public Pass Pass { get; }

    // Forward, input gradient and weight gradient cost the same; the first linear map needs no input gradient.
    /// <summary>Arithmetic of the linear maps in one step; a multiply-add is two operations.</summary>
    public double Operations
    {
        get
        {
            var all = Network.Root.MultiplyAdds(Network.Input);
            var first = Network.Root.DescendantsAndSelf().OfType<LinearMap>().First().MultiplyAdds(Network.Input);
            return 2.0 * (3.0 * all - first);
        }
    }

    /// <summary>Takes one step.</summary>
    /// <param name="entering">Told of each phase before it starts; may be null.</param>
    public StepSeconds Take(Action<StepPhase>? entering = null)
    {
        var start = Stopwatch.GetTimestamp();
        entering?.Invoke(StepPhase.Input);
        Network.Tape.Begin(recording: true);
        Network.ClearGradients();
        var x = Network.RentInput(_images);
        entering?.Invoke(StepPhase.Forward);
        Pass.Step = (uint)_optimizer.Steps;
        var loss = Network.Tape.SoftmaxCrossEntropy(Network.Forward(Pass, x), _labels);
        var forward = Stopwatch.GetTimestamp();
        entering?.Invoke(StepPhase.Backward);
        Network.Tape.Backward(loss.Value);
        var backward = Stopwatch.GetTimestamp();
        entering?.Invoke(StepPhase.Optimizer);
        var time = new StepTime(_optimizer.Steps + 1, Epoch: 0);
        foreach (var hook in _hooks) hook.BeforeUpdate(time);
        _optimizer.Step();
        foreach (var hook in _hooks) hook.AfterUpdate(time);
        return new StepSeconds(
            Stopwatch.GetElapsedTime(start, forward).TotalSeconds,
            Stopwatch.GetElapsedTime(forward, backward).TotalSeconds,
            Stopwatch.GetElapsedTime(backward).TotalSeconds);
    }
}

/// <summary>The parts of a training step.</summary>
internal enum StepPhase
{
    /// <summary>The batch is copied in.</summary>
    Input,

    /// <summary>Forward pass and loss.</summary>
    Forward,

    /// <summary>Backward pass.</summary>
    Backward,

    /// <summary>Optimizer and the hooks around it.</summary>
    Optimizer,
}

/// <summary>How long the parts of a step took, in seconds.</summary>
/// <param name="Forward">Input, forward pass and loss.</param>
/// <param name="Backward">Backward pass.</param>
/// <param name="Optimizer">Optimizer and hooks.</param>
internal readonly record struct StepSeconds(double Forward, double Backward, double Optimizer)
{
    /// <summary>The whole step.</summary>
    public double Total => Forward + Backward + Optimizer;
}
