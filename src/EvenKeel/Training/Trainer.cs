using System.Diagnostics;
using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Training;

/// <summary>
/// Trains one run: the visible loop. Everything random is keyed by seed and step, and a checkpoint holds the rest,
/// so an interrupted run that is resumed ends with the same bits as one left alone, on any number of threads.
/// </summary>
public sealed class Trainer
{
    private const int StepLinesPerEpoch = 20;
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(5);

    private readonly RunSpec _spec;
    private readonly TrainingData _data;
    private readonly CpuBackend _backend;
    private readonly Batcher _batches;
    private readonly Optimizer _optimizer;
    private readonly Schedule _schedule;
    private readonly IReadOnlyList<StepHook> _hooks;
    private readonly Pass _pass;
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly Evaluator? _validation;
    private readonly Evaluator? _test;
    private readonly StepTimes _times = new();
    private readonly DiagnosticProbe? _probe;
    private readonly DiagnosticMoments _moments;

    /// <summary>Builds the network and checks that it can train, before anything is written.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="data">Its images.</param>
    /// <param name="backend">Where it runs.</param>
    /// <exception cref="UserException">An unknown name, an impossible value, or a batch that leaves one element per
    /// statistic.</exception>
    public Trainer(RunSpec spec, TrainingData data, CpuBackend backend)
    {
        SpecCheck.Check(spec);
        _spec = spec;
        _data = data;
        _backend = backend;
        var model = new ModelSpec(
            data.Image, data.Train.Classes.Count, Scheme.Parse(spec.Scheme), spec.Width, spec.Init);
        _batches = new Batcher(data.Train, spec.Batch, spec.Seed, Augmentations.Find(spec.Augment));
        Network = new Network(ModelCatalog.Find(spec.Model).Build(model), data.Image.WithBatch(spec.Batch), backend, spec.Seed);
        Network.CheckTraining(spec.Batch);
        _optimizer = SpecParts.Optimizer(spec.Optimizer, Network);
        _schedule = SpecParts.Schedule(spec.Schedule);
        _hooks = model.Scheme.Hooks(Network, _optimizer);
        _pass = new Pass(Network.Tape, PassMode.Train, spec.Seed);
        _images = new float[spec.Batch * data.Train.Size];
        _labels = new int[spec.Batch];
        _validation = data.Validation is null ? null : new Evaluator(data.Validation, spec.Batch);
        _test = data.Test is null ? null : new Evaluator(data.Test, spec.Batch);
        _probe = spec.Diagnostics == 0 ? null : DiagnosticProbe.First(Network, data.Train, spec);
        _moments = new DiagnosticMoments(spec.Diagnostics, TotalSteps);
    }

    /// <summary>The network; trained once <see cref="Run"/> is over.</summary>
    public Network Network { get; }

    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps => (long)_spec.Epochs * _batches.StepsPerEpoch;

    /// <summary>
    /// Trains to the end, from the folder's last checkpoint if it has one.
    /// </summary>
    /// <param name="folder">Gets run.json, metrics.jsonl and the checkpoint.</param>
    /// <param name="cancel">Cancelled by Ctrl-C: the run stops after its step and saves a checkpoint.</param>
    /// <param name="observer">Told what happens; may be null.</param>
    /// <returns>Finished, or interrupted.</returns>
    /// <exception cref="DivergedException">The loss stopped being finite; names the step and the first layer.</exception>
    /// <exception cref="UserException">The folder cannot be written, or its checkpoint does not fit.</exception>
    public RunOutcome Run(RunFolder folder, CancellationToken cancel = default, IRunObserver? observer = null)
    {
        using var journal = new JournalWriter(folder);
        var resumed = Checkpoint.Load(folder, _spec, Network, _optimizer, _hooks);

        // A run that was interrupted while it evaluated has all steps of its epoch behind it.
        var epochsDone = (int)(Done(resumed ?? default) / _batches.StepsPerEpoch);
        foreach (var hook in _hooks) hook.Start(new RunStart(folder.FullPath, epochsDone, _spec.Epochs));
        var earlier = folder.Read();
        var record = new RunRecord
        {
            Spec = _spec,
            Version = Machine.Version,
            Commit = Machine.Commit,
            Data = _data.Record,
            Machine = Machine.Record(_backend),
            Parameters = Network.ParameterCount,
            Start = earlier?.Start ?? DateTimeOffset.UtcNow,
            Sessions = (earlier?.Sessions ?? 0) + 1,
        };
        folder.Write(record);
        var at = resumed ?? default;
        observer?.Started(record, Done(at), TotalSteps);
        if (resumed is null) InitializeFromData();
        try
        {
            for (var epoch = at.Epoch; epoch < _spec.Epochs; epoch++)
            {
                at = TrainEpoch(folder, journal, observer, at with { Epoch = epoch }, cancel);
                if (cancel.IsCancellationRequested && at.Step < _batches.StepsPerEpoch) return Interrupted(folder, record, at);
                if (!FinishEpoch(journal, observer, at, cancel)) return Interrupted(folder, record, at);
                at = new TrainingPosition(epoch + 1, 0, 0, 0, 0);
                Checkpoint.Save(folder, _spec, Network, _optimizer, _hooks, at);
            }

            folder.Write(record with { Status = RunStatus.Finished, End = DateTimeOffset.UtcNow });
            return new RunOutcome(RunStatus.Finished);
        }
        catch (DivergedException diverged)
        {
            folder.Write(record with { Status = RunStatus.Diverged, Message = diverged.Message, End = DateTimeOffset.UtcNow });
            throw;
        }
    }

    private TrainingPosition TrainEpoch(
        RunFolder folder, JournalWriter journal, IRunObserver? observer, TrainingPosition at, CancellationToken cancel)
    {
        SpecParts.Apply(_spec, _schedule, _optimizer, at.Epoch);
        if (Done(at) == 0) Diagnose(journal, at);
        var line = Math.Max(1, _batches.StepsPerEpoch / StepLinesPerEpoch);
        var sums = new StepSums();
        var sinceCheckpoint = Stopwatch.StartNew();
        _times.Clear();
        for (var step = at.Step; step < _batches.StepsPerEpoch && !cancel.IsCancellationRequested; step++)
        {
            var clock = Stopwatch.GetTimestamp();
            var loss = TrainStep(at.Epoch, step);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            at = at with
            {
                Step = step + 1,
                LossSum = at.LossSum + loss.Mean * _spec.Batch,
                ErrorSum = at.ErrorSum + loss.Errors,
                Seconds = at.Seconds + seconds,
            };
            sums.Add(loss, _spec.Batch, seconds);
            Diagnose(journal, at);
            if ((step + 1) % line != 0) continue;
            var record = sums.Take(Done(at), Done(at) / (double)_batches.StepsPerEpoch, _optimizer.LearningRate);
            journal.Append(record);
            observer?.Stepped(record);
            if (sinceCheckpoint.Elapsed < CheckpointEvery) continue;
            Checkpoint.Save(folder, _spec, Network, _optimizer, _hooks, at);
            sinceCheckpoint.Restart();
        }

        return at;
    }

    /// <summary>One step: data, forward, loss, backward, optimizer, hooks.</summary>
    internal BatchLoss TrainStep(int epoch, int step)
    {
        var clock = Stopwatch.GetTimestamp();
        _batches.Fill(epoch, step, _images, _labels);
        Network.Tape.Begin(recording: true);
        Network.ClearGradients();
        var x = Network.RentInput(_images);
        clock = _times.Data.Add(clock);

        _pass.Mode = PassMode.Train;
        _pass.Step = (uint)_optimizer.Steps;
        var logits = Network.Forward(_pass, x);
        var loss = Network.Tape.SoftmaxCrossEntropy(logits, _labels, (float)_spec.LabelSmoothing);
        if (!double.IsFinite(loss.Mean)) throw Diverged(loss.Mean);
        clock = _times.Forward.Add(clock);

        Network.Tape.Backward(loss.Value);
        clock = _times.Backward.Add(clock);

        var time = new StepTime(_optimizer.Steps + 1, epoch, step + 1 == _batches.StepsPerEpoch);
        for (var i = 0; i < _hooks.Count; i++) _hooks[i].BeforeUpdate(time);
        _optimizer.Step();
        for (var i = 0; i < _hooks.Count; i++) _hooks[i].AfterUpdate(time);
        _times.Optimizer.Add(clock);
        return loss;
    }

    // Between two steps and outside their clocks; nothing unless it was asked for.
    private void Diagnose(JournalWriter journal, TrainingPosition at)
    {
        if (_probe is null || !_moments.Includes(Done(at))) return;
        var clock = Stopwatch.GetTimestamp();
        journal.Append(_probe.Measure(_optimizer.LearningRate) with
        {
            Step = Done(at),
            Epoch = Done(at) / (double)_batches.StepsPerEpoch,
            Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds,
        });
    }

    // False if evaluation was interrupted: the epoch's steps are kept, and a resumed run evaluates first.
    private bool FinishEpoch(JournalWriter journal, IRunObserver? observer, TrainingPosition at, CancellationToken cancel)
    {
        var clock = Stopwatch.GetTimestamp();
        Evaluation? validation, test;
        try
        {
            validation = _validation?.Evaluate(Network, cancel);
            test = _test?.Evaluate(Network, cancel);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        _times.Evaluate.Add(clock);
        var images = _batches.StepsPerEpoch * (double)_spec.Batch;
        var record = new EpochRecord
        {
            Epoch = at.Epoch + 1,
            TrainLoss = at.LossSum / images,
            TrainError = at.ErrorSum / images,
            ValidationLoss = validation?.Loss,
            ValidationError = validation?.Error,
            TestLoss = test?.Loss,
            TestError = test?.Error,
            Rate = _optimizer.LearningRate,
            Beta1 = (_optimizer as Adam)?.Beta1,
            Seconds = at.Seconds,
            ImagesPerSecond = images / at.Seconds,
            Phases = _times.ToRecord(),
            PeakBytes = _backend.PeakBytes,
            WallClock = DateTimeOffset.UtcNow,
        };
        journal.Append(record);
        observer?.EpochEnded(record);
        return true;
    }

    private RunOutcome Interrupted(RunFolder folder, RunRecord record, TrainingPosition at)
    {
        Checkpoint.Save(folder, _spec, Network, _optimizer, _hooks, at);
        var message = $"interrupted after step {Done(at)} of {TotalSteps}; run the same command again to go on";
        folder.Write(record with { Status = RunStatus.Interrupted, Message = message, End = DateTimeOffset.UtcNow });
        return new RunOutcome(RunStatus.Interrupted, message);
    }

    private long Done(TrainingPosition at) => (long)at.Epoch * _batches.StepsPerEpoch + at.Step;

    // The first images of the training set in its own order, as many as the spec says and the set has.
    private void InitializeFromData()
    {
        var count = Math.Min(_spec.InitImages, _data.Train.Count);
        if (count < 1) throw new UserException($"initImages is {_spec.InitImages}: expected 1 or more.");
        var size = _data.Train.Size;
        var images = new float[count * size];
        for (var i = 0; i < count; i++) _data.Train.Image(i, images.AsSpan(i * size, size));
        Network.InitializeFromData(images, _spec.Seed);
    }

    private DivergedException Diverged(double loss)
    {
        var where = NonFinite.First(Network, _pass, _images);
        return new DivergedException(
            $"Training with {_spec.Scheme} diverged at step {_optimizer.Steps + 1} of {TotalSteps}: the loss is {loss}; {where}. " +
            $"Use a smaller learning rate than {_optimizer.LearningRate:G3}, or another scheme.");
    }
}
