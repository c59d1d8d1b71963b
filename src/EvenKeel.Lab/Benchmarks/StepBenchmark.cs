using System.Diagnostics;
using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>
/// Times whole training steps on random data: forward, loss, backward, Adam, as a PyTorch loop would do them, with the
/// machine's peak measured in the same run, since shared machines change speed from minute to minute.
/// </summary>
internal static class StepBenchmark
{
    private const int WarmUpSteps = 2;
    private const int LeastSteps = 3;
    private const double PeakSeconds = 0.2;
    private const int PeakRetries = 10;

    /// <summary>Runs one case.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="seconds">How long to time steps, at least.</param>
    /// <param name="cancel">Stops between steps.</param>
    public static BenchResult Run(BenchCase bench, CpuBackend backend, double seconds, CancellationToken cancel)
    {
        var model = ModelCatalog.Find(bench.Model);
        var image = model.Image;
        var spec = new ModelSpec(image, model.Classes, Scheme.Parse(bench.Scheme), bench.Width);
        var root = model.Build(spec);
        var network = new Network(root, image, backend, seed: 1);
        var step = new Step(network, spec, bench.Batch);
        var peak = backend.MeasurePeak(PeakSeconds);
        for (var i = 0; i < WarmUpSteps; i++) step.Take();

        var phases = new List<double[]>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds || phases.Count < LeastSteps)
        {
            cancel.ThrowIfCancellationRequested();
            phases.Add(step.Take());
        }

        peak = Math.Max(peak, backend.MeasurePeak(PeakSeconds));
        var milliseconds = 1e3 * Median([.. phases.Select(p => p.Sum())]);
        var operations = Operations(root, image.WithBatch(bench.Batch));
        var gflops = operations / milliseconds / 1e6;

        // Nothing runs faster than the peak: where it seems so, something else ran while the peak was measured.
        for (var again = 0; gflops > peak && again < PeakRetries; again++) peak = Math.Max(peak, backend.MeasurePeak(PeakSeconds));
        return new BenchResult
        {
            Case = bench.Name,
            Model = bench.Model,
            Norm = bench.Scheme,
            Batch = bench.Batch,
            MillisecondsPerStep = Math.Round(milliseconds, 2),
            ImagesPerSecond = Math.Round(1e3 * bench.Batch / milliseconds, 1),
            Gflops = Math.Round(gflops, 1),
            FractionOfPeak = Math.Round(gflops / peak, 3),
            PeakBytes = backend.PeakBytes,
            Breakdown = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["forward"] = Milliseconds(phases, 0),
                ["backward"] = Milliseconds(phases, 1),
                ["optimizer"] = Milliseconds(phases, 2),
            },
            Cpu = Machine.Cpu,
            Threads = backend.Threads,
            Date = DateOnly.FromDateTime(DateTimeOffset.UtcNow.UtcDateTime),
        };
    }

    /// <summary>The median; sorts the values.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
    }

    // Forward, input gradient and weight gradient cost the same; the first linear map needs no input gradient.
    private static double Operations(Module root, Shape input)
    {
        var all = root.MultiplyAdds(input);
        var first = root.DescendantsAndSelf().OfType<LinearMap>().First().MultiplyAdds(input);
        return 2.0 * (3.0 * all - first);
    }

    private static double Milliseconds(List<double[]> phases, int phase) =>
        Math.Round(1e3 * Median([.. phases.Select(p => p[phase])]), 2);

    private sealed class Step
    {
        private readonly Network _network;
        private readonly Adam _optimizer;
        private readonly Pass _pass;
        private readonly IReadOnlyList<StepHook> _hooks;
        private readonly float[] _images;
        private readonly int[] _labels;

        public Step(Network network, ModelSpec spec, int batch)
        {
            _network = network;
            _optimizer = new Adam(network) { LearningRate = 1e-3 };
            _hooks = spec.Scheme.Hooks(network, _optimizer);
            _pass = new Pass(network.Tape, PassMode.Train, seed: 1);
            _labels = new int[batch];
            var random = new RandomStream(2, 0);
            for (var i = 0; i < batch; i++) _labels[i] = random.Below((ulong)i, spec.Classes);
            network.Tape.Begin(recording: false);
            var x = network.RentInput(batch);
            network.Backend.FillGaussian(new RandomStream(3, 0), 0f, 1f, x);
            _images = x.ToArray();
        }

        /// <summary>One step; seconds of forward and loss, backward, optimizer.</summary>
        public double[] Take()
        {
            var start = Stopwatch.GetTimestamp();
            _network.Tape.Begin(recording: true);
            _network.ClearGradients();
            var x = _network.RentInput(_labels.Length);
            x.CopyFrom(_images);
            _pass.Step = (uint)_optimizer.Steps;
            var loss = _network.Tape.SoftmaxCrossEntropy(_network.Forward(_pass, x), _labels);
            var forward = Stopwatch.GetTimestamp();
            _network.Tape.Backward(loss.Value);
            var backward = Stopwatch.GetTimestamp();
            var time = new StepTime(_optimizer.Steps + 1, Epoch: 0);
            foreach (var hook in _hooks) hook.BeforeUpdate(time);
            _optimizer.Step();
            foreach (var hook in _hooks) hook.AfterUpdate(time);
            return
            [
                Stopwatch.GetElapsedTime(start, forward).TotalSeconds,
                Stopwatch.GetElapsedTime(forward, backward).TotalSeconds,
                Stopwatch.GetElapsedTime(backward).TotalSeconds,
            ];
        }
    }
}
