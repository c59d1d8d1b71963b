using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Norm scheduling: after each step the weights of each output are scaled to a norm that only the epoch decides, in
/// place of weight decay and of a falling learning rate.
/// <para>Formula: w_o ← w_o·n_{t,o}·growth^⌊t/every⌋/‖w_o‖₂ in epoch t, n the norm recorded after that epoch, or
/// without a recording the norm at the start of training.</para>
/// <para>Shapes: w [kh,kw,in,out] (or [in,out]); n [epochs,out].</para>
/// <para>State: the norms at the start, saved with checkpoints; none with a recording, which is read when the run
/// starts.</para>
/// <para>Deviations: growth √10 every 20 epochs replaces a learning rate that falls to a tenth, as the step on a
/// direction goes with η/‖w‖²; take growth=1 beside a schedule of the rate. The authors' code schedules convolutions
/// at a constant rate while other parameters follow the falling one; here the rate is one for all. Dense layers on
/// request. A row of norm 0 stays as it is.</para>
/// <para>Paper: Hoffer, Banner, Golan and Soudry 2018, section 3.1, arXiv 1803.01814.</para>
/// </summary>
[NormMethod(
    "normschedule", "Norm scheduling", "w ← w·n_epoch/‖w‖ after each step",
    "Hoffer et al. 2018, section 3.1, arXiv 1803.01814",
    Notes = "Without a recording the norms at the start of training are kept. By default they grow by a factor of 3.16 "
        + "every 20 epochs, in place of a learning rate that falls to a tenth; take growth=1 beside a schedule of the "
        + "rate.")]
public sealed record NormScheduling : Norm
{
    /// <summary>The recording to follow: a file, or the folder of a run with one; empty for the norms at the start.</summary>
    [NormOption("from", "recording to follow: its file, or the folder of its run; with .. in front, counted from the run's own folder; the norms at the start if not given")]
    public string Source { get; init; } = "";

    /// <summary>Factor on the norms, greater than 0, each time <see cref="Every"/> epochs are over.</summary>
    [NormOption("growth", "factor on the norms each time so many epochs are over")]
    public float Growth { get; init; } = 3.1622777f;

    /// <summary>Epochs between two growths, 1 or more.</summary>
    [NormOption("every", "epochs between two growths")]
    public int Every { get; init; } = 20;

    /// <summary>True to schedule dense layers too.</summary>
    [NormOption("dense", "schedule dense layers too")]
    public bool Dense { get; init; }

    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) =>
        new Schedule(this, network, Source.Length == 0 ? null : NormRecording.LoadNow(Source));

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Growth > 0)) throw new UserException($"normschedule(growth={Growth}): expected a number above 0, such as 3.1622777.");
        if (Every < 1) throw new UserException($"normschedule(every={Every}): expected 1 or more epochs.");
        if (Source.Length > 0 && !NormValues.IsText(Source)) throw new UserException($"normschedule(from={Source}): expected {NormValues.Expected(typeof(string))}.");
    }

    /// <summary>The hook itself.</summary>
    internal sealed class Schedule : StepHook
    {
        private readonly NormScheduling _norm;
        private readonly WeightRows[] _layers;
        private readonly float[][] _targets;
        private readonly (string Name, Tensor Value)[] _first = [];
        private NormRecording? _recording;

        /// <summary>Makes the hook of a network.</summary>
        /// <param name="norm">Its hyperparameters.</param>
        /// <param name="network">The network.</param>
        /// <param name="recording">The recording; null for none, or to look for it when a run starts, until which it does
        /// nothing.</param>
        public Schedule(NormScheduling norm, Network network, NormRecording? recording)
        {
            _norm = norm;
            _recording = recording;
            _layers = WeightRows.Of(network, norm.Dense);
            _targets = [.. _layers.Select(layer => new float[layer.Norms.Length])];
            foreach (var layer in _layers) recording?.Require(layer.Layer, layer.Norms.Length);
            if (recording is null && norm.Source.Length == 0)
                _first = [.. _layers.Select(layer => ($"normschedule.{layer.Layer}", network.Backend.Allocate(new Shape(layer.Norms.Length))))];
        }

        public override IReadOnlyList<(string Name, Tensor Value)> State => _first;

        public override void Start(in RunStart run)
        {
            if (_norm.Source.Length > 0) _recording ??= NormRecording.LoadBeside(run.Folder, _norm.Source);
            foreach (var layer in _layers)
            {
                _recording?.Require(layer.Layer, layer.Norms.Length);
                _recording?.Norms(layer.Layer, run.Epochs - 1);
            }
        }

        public override void BeforeUpdate(in StepTime time)
        {
            if (time.Step != 1) return;
            for (var i = 0; i < _first.Length; i++)
            {
                _layers[i].Measure();
                _first[i].Value.CopyFrom(_layers[i].Norms);
            }
        }

        public override void AfterUpdate(in StepTime time)
        {
            if (_recording is null && _norm.Source.Length > 0) return;
            var growth = (float)Math.Pow(_norm.Growth, time.Epoch / _norm.Every);
            for (var i = 0; i < _layers.Length; i++)
            {
                if (!_layers[i].Stored.Trainable) continue;
                var target = _targets[i];
                if (_recording is null) _first[i].Value.CopyTo(target);
                else _recording.Norms(_layers[i].Layer, time.Epoch).CopyTo(target);
                _layers[i].Measure();
                var norms = _layers[i].Norms;
                for (var o = 0; o < target.Length; o++) target[o] = norms[o] > 0 ? target[o] * growth / norms[o] : 1f;
                _layers[i].Multiply(target);
            }
        }
    }
}
