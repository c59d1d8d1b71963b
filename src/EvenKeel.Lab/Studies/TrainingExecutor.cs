using EvenKeel.Backends;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>Trains runs in earnest. Images stay loaded from run to run while the specs ask for the same ones.</summary>
/// <param name="dataFolder">Where data sets lie.</param>
/// <param name="threads">Threads; 0 means one per processor.</param>
/// <param name="preparing">Told the share of costly preprocessing that is done; may be null.</param>
internal sealed class TrainingExecutor(string dataFolder, int threads, IProgress<double>? preparing = null) : IRunExecutor
{
    private (RunSpec Spec, TrainingData Data)? _loaded;

    /// <inheritdoc/>
    public void Check(RunSpec spec) => SpecCheck.Check(spec);

    /// <inheritdoc/>
    public RunOutcome Execute(RunSpec spec, RunFolder folder, CancellationToken cancel, IRunObserver? observer)
    {
        using var backend = new CpuBackend(threads);
        if (_loaded is not { } loaded || !TrainingData.Same(loaded.Spec, spec))
        {
            loaded = (spec, TrainingData.Load(spec, dataFolder, backend.Workers, preparing));
            _loaded = loaded;
        }

        return new Trainer(spec, loaded.Data, backend).Run(folder, cancel, observer);
    }
}
