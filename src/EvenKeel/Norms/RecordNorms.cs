using EvenKeel.Modules;
using EvenKeel.Optim;

namespace EvenKeel.Norms;

/// <summary>
/// Norm recording: the norm of each output's weights is written down after each epoch, for weight-decay mimic and norm
/// scheduling to follow.
/// <para>Formula: n_{t,o} = ‖w_o‖₂ after epoch t; the weights stay as they are.</para>
/// <para>Shapes: per convolution and dense layer [epochs,out].</para>
/// <para>State: the file, written whole after each epoch; a resumed run keeps its earlier epochs.</para>
/// <para>Deviations: under a method on weights the stored direction is measured, since that is what decay and these
/// corrections act on. The authors' code records convolutions only; here dense layers are recorded too.</para>
/// <para>Paper: Hoffer, Banner, Golan and Soudry 2018, section 3, arXiv 1803.01814 (what their correction needs).</para>
/// </summary>
[NormMethod(
    "record", "Norm recording", "n = ‖w_o‖ after each epoch, into a file",
    "Hoffer et al. 2018, section 3, arXiv 1803.01814",
    Notes = "Under a method on weights the stored direction is measured, since that is what weight decay acts on. The "
        + "authors' code records convolutions only; here dense layers are recorded too.")]
public sealed record RecordNorms : Norm
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = "norms.ekpt";

    /// <summary>The file; a relative one lies in the run's folder.</summary>
    [NormOption("path", "file to write, in the run's folder unless it is a full path")]
    public string Target { get; init; } = FileName;

    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) => new Recorder(Target, WeightRows.Of(network, dense: true));

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!NormValues.IsText(Target)) throw new UserException($"record(path={Target}): expected {NormValues.Expected(typeof(string))}.");
    }

    private sealed class Recorder(string path, WeightRows[] layers) : StepHook
    {
        private NormRecording _recording = new();
        private string _folder = "";

        private string FullPath => Path.Combine(_folder, path);

        public override void Start(in RunStart run)
        {
            _folder = run.Folder;
            if (run.Epoch == 0) return;
            _recording = NormRecording.Load(FullPath);
            if (_recording.Epochs < run.Epoch)
                throw new UserException($"{FullPath} records {_recording.Epochs} epochs, but the run goes on after {run.Epoch}: restore the file, or delete the run's folder to start anew.");
            _recording.Truncate(run.Epoch);
            foreach (var layer in layers) _recording.Require(layer.Layer, layer.Norms.Length);
        }

        public override void AfterUpdate(in StepTime time)
        {
            if (!time.EndsEpoch) return;
            foreach (var layer in layers) layer.Measure();
            _recording.Add(layers.ToDictionary(layer => layer.Layer, layer => layer.Norms, StringComparer.Ordinal));
            _recording.Save(FullPath);
        }
    }
}
