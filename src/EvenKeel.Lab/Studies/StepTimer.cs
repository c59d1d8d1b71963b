using System.Diagnostics;
using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>Seconds that steps of a run take.</summary>
/// <param name="Train">A training step.</param>
/// <param name="Evaluate">A forward pass over a batch.</param>
internal readonly record struct StepSeconds(double Train, double Evaluate);

/// <summary>Times a few steps of a run on random images of the right size, so that an estimate needs no data set.</summary>
/// <param name="threads">Threads; 0 means one per processor.</param>
internal sealed class StepTimer(int threads)
{
    private const double LeastSeconds = 0.15;
    private const int LeastSteps = 3;

    /// <summary>Times a run's steps.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="UserException">The run cannot be trained.</exception>
    public StepSeconds Measure(RunSpec spec, CancellationToken cancel)
    {
        using CpuBackend backend = new(threads);
        Case steps = new(spec, backend);
        steps.Train();
        steps.Evaluate();
        return new StepSeconds(Median(steps.Train, cancel), Median(steps.Evaluate, cancel));
    }

    private static double Median(Action step, CancellationToken cancel)
    {
        List<double> seconds = [];
        while (seconds.Count < LeastSteps || seconds.Sum() < LeastSeconds)
        {
            cancel.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            step();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    private sealed class Case
    {
        private readonly Network _network;
        private readonly Optimizer _optimizer;
        private readonly IReadOnlyList<StepHook> _hooks;
        private readonly Pass _train;
        private readonly Pass _evaluate;
        private readonly float[] _images;
        private readonly int[] _labels;

        public Case(RunSpec spec, CpuBackend backend)
        {
            DataSource source = DataSource.Find(spec.Data);
            ModelSpec model = new(
                new Shape(1, source.Height, source.Width, source.Channels), source.Classes.Count, Scheme.Parse(spec.Scheme),
                spec.Width, spec.Init);
            _network = new Network(ModelCatalog.Find(spec.Model).Build(model), model.Image.WithBatch(spec.Batch), backend, spec.Seed);
            _network.CheckTraining(spec.Batch);
            _optimizer = SpecParts.Optimizer(spec.Optimizer, _network);

            // A recorder would write its file where no run is.
            _hooks = [.. model.Scheme.Norms.Where(norm => norm is not RecordNorms)
                .Select(norm => norm.Hook(_network, _optimizer)).OfType<StepHook>()];
            _train = new Pass(_network.Tape, PassMode.Train, spec.Seed);
            _evaluate = new Pass(_network.Tape, PassMode.Evaluate);
            _labels = [.. Enumerable.Range(0, spec.Batch).Select(i => i % source.Classes.Count)];
            _network.Tape.Begin(recording: false);
            Tensor x = _network.RentInput(spec.Batch);
            backend.FillGaussian(new RandomStream(spec.Seed, 0), 0f, 1f, x);
            _images = x.ToArray();
        }

        public void Train()
        {
            _network.Tape.Begin(recording: true);
            _network.ClearGradients();
            BatchLoss loss = _network.Tape.SoftmaxCrossEntropy(Forward(_train), _labels);
            _network.Tape.Backward(loss.Value);
            StepTime time = new(_optimizer.Steps + 1, Epoch: 0);
            foreach (StepHook hook in _hooks)
                hook.BeforeUpdate(time);
            _optimizer.Step();
            foreach (StepHook hook in _hooks)
                hook.AfterUpdate(time);
        }

        public void Evaluate()
        {
            _network.Tape.Begin(recording: false);
            Forward(_evaluate);
        }

        private Tensor Forward(Pass pass)
        {
            return _network.Forward(pass, _network.RentInput(_images));
        }
    }
}
