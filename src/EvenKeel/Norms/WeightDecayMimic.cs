using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Weight-decay mimic: without weight decay, the learning rate of each output is corrected so that its direction moves
/// as in a recorded run with weight decay.
/// <para>Formula: η̂_o = η·‖w_o‖²/n_{t,o}², n the norm recorded after the same epoch t; the whole update of the
/// optimizer is multiplied by min(‖w_o‖²/n², maxRatio), w before the step.</para>
/// <para>Shapes: w [kh,kw,in,out] (or [in,out]); n [epochs,out].</para>
/// <para>State: none; the recording is read when the run starts.</para>
/// <para>Deviations: the ratio multiplies what the optimizer did to w, momentum and decay of that step included, with
/// any optimizer; the authors' code does so within SGD. Convolutions are corrected, as there; dense layers on request.
/// Where n is 0, as in a dead channel, the ratio would be infinite: it is bounded, and 0 where w is 0 too. The authors
/// keep weight decay on the last layer: decay what is not scale invariant for that.</para>
/// <para>Paper: Hoffer, Banner, Golan and Soudry 2018, section 3 and equation 4, arXiv 1803.01814.</para>
/// </summary>
[NormMethod(
    "wdmimic", "Weight-decay mimic", "η̂ = η·‖w‖²/‖w_recorded‖²",
    "Hoffer et al. 2018, section 3, arXiv 1803.01814",
    Notes = "Multiplies the whole update of any optimizer, momentum and decay of that step included; the authors' code "
        + "does so within SGD. Convolutions are corrected, as there; dense layers on request.")]
public sealed record WeightDecayMimic : Norm
{
    /// <summary>The recording to follow: a file, or the folder of a run with one.</summary>
    [NormOption("from", "recording to follow: its file, or the folder of its run; with .. in front, counted from the run's own folder")]
    public string Source { get; init; } = "";

    /// <summary>Largest factor on an update, greater than 0.</summary>
    [NormOption("maxRatio", "largest factor on an update; dead channels would have an infinite one")]
    public float MaxRatio { get; init; } = 100f;

    /// <summary>True to correct dense layers too.</summary>
    [NormOption("dense", "correct dense layers too")]
    public bool Dense { get; init; }

    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) => Source.Length == 0
        ? throw new UserException("wdmimic needs the norms of a run with weight decay: record one with bn+record, then write wdmimic(from=FILE-OR-RUN-FOLDER).")
        : new Correction(this, network, NormRecording.LoadNow(Source));

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(MaxRatio > 0)) throw new UserException($"wdmimic(maxRatio={MaxRatio}): expected a number above 0, such as 100.");
        if (Source.Length > 0 && !NormValues.IsText(Source)) throw new UserException($"wdmimic(from={Source}): expected {NormValues.Expected(typeof(string))}.");
    }

    /// <summary>The hook itself; tells the ratios of its last step.</summary>
    internal sealed class Correction : StepHook
    {
        private readonly WeightDecayMimic _norm;
        private readonly Backend _backend;
        private readonly Layer[] _layers;
        private NormRecording? _recording;

        /// <summary>Makes the hook of a network.</summary>
        /// <param name="norm">Its hyperparameters.</param>
        /// <param name="network">The network.</param>
        /// <param name="recording">The recording; null to look for it when a run starts, until which it does nothing.</param>
        public Correction(WeightDecayMimic norm, Network network, NormRecording? recording)
        {
            _norm = norm;
            _backend = network.Backend;
            _recording = recording;
            _layers = [.. WeightRows.Of(network, norm.Dense).Select(rows => new Layer(rows, _backend))];
            foreach (var layer in _layers) recording?.Require(layer.Rows.Layer, layer.Ratios.Length);
        }

        /// <summary>‖w_o‖²/n² of each layer, bounded.</summary>
        public IEnumerable<float[]> Ratios => _layers.Select(layer => layer.Ratios);

        public override void Start(in RunStart run)
        {
            _recording ??= NormRecording.LoadBeside(run.Folder, _norm.Source);
            foreach (var layer in _layers)
            {
                _recording.Require(layer.Rows.Layer, layer.Ratios.Length);
                _recording.Norms(layer.Rows.Layer, run.Epochs - 1);
            }
        }

        public override void BeforeUpdate(in StepTime time)
        {
            if (_recording is null) return;
            foreach (var layer in _layers)
            {
                var recorded = _recording.Norms(layer.Rows.Layer, time.Epoch);
                layer.Rows.Measure();
                for (var o = 0; o < recorded.Length; o++)
                {
                    var ratio = layer.Rows.Norms[o] / recorded[o];
                    layer.Ratios[o] = float.IsNaN(ratio) ? 0f : MathF.Min(ratio * ratio, _norm.MaxRatio);
                }

                layer.Ratio.CopyFrom(layer.Ratios);
                _backend.Copy(layer.Rows.Stored.Value, layer.Before);
            }
        }

        // w ← w₀ + ratio·(w − w₀). The difference of two near numbers is exact.
        public override void AfterUpdate(in StepTime time)
        {
            if (_recording is null) return;
            foreach (var layer in _layers)
            {
                var w = layer.Rows.Stored.Value;
                _backend.ChannelScaleAdd(w, layer.One, layer.Before, layer.MinusOne, w);
                _backend.ChannelScaleAdd(w, layer.Ratio, layer.Before, layer.One, w);
            }
        }
    }

    private sealed class Layer
    {
        public Layer(WeightRows rows, Backend backend)
        {
            Rows = rows;
            Ratios = new float[rows.Norms.Length];
            Before = backend.Allocate(rows.Stored.Shape);
            var outputs = new Shape(Ratios.Length);
            (Ratio, One, MinusOne) = (backend.Allocate(outputs), backend.Allocate(outputs), backend.Allocate(outputs));
            backend.Fill(1f, One);
            backend.Fill(-1f, MinusOne);
        }

        public WeightRows Rows { get; }

        public float[] Ratios { get; }

        public Tensor Before { get; }

        public Tensor Ratio { get; }

        public Tensor One { get; }

        public Tensor MinusOne { get; }
    }
}
