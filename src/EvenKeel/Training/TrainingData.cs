using System.Globalization;
using EvenKeel.Data;
using EvenKeel.Kernels;
using EvenKeel.Tensors;

namespace EvenKeel.Training;

/// <summary>The images of a run, split and preprocessed. Runs that ask for the same images can share one.</summary>
public sealed class TrainingData
{
    private TrainingData(DataRecord record, PreparedSet train, PreparedSet? validation, PreparedSet? test)
    {
        Record = record;
        Train = train;
        Validation = validation;
        Test = test;
    }

    /// <summary>What goes into <c>run.json</c>.</summary>
    public DataRecord Record { get; }

    /// <summary>Images to learn from.</summary>
    public PreparedSet Train { get; }

    /// <summary>Images held out; null if none.</summary>
    public PreparedSet? Validation { get; }

    /// <summary>Test images; null if none.</summary>
    public PreparedSet? Test { get; }

    /// <summary>Shape of one image [1,H,W,C].</summary>
    public Shape Image => new(1, Train.Height, Train.Width, Train.Channels);

    /// <summary>Loads what a spec asks for.</summary>
    /// <param name="spec">The run.</param>
    /// <param name="dataFolder">Where data sets lie.</param>
    /// <param name="workers">Threads for costly preprocessing; null starts its own.</param>
    /// <param name="progress">Told the share of costly preprocessing that is done.</param>
    /// <exception cref="UserException">The data set is unknown, missing, damaged or too small.</exception>
    public static TrainingData Load(
        RunSpec spec, string dataFolder, Workers? workers = null, IProgress<double>? progress = null)
    {
        var source = DataSource.Find(spec.Data);
        var preprocessing = Preprocessing.Find(spec.Preprocess);
        var test = spec.TestImages == 0 ? null : source.Load(dataFolder, Split.Test);
        var split = DataSplit.Create(
            source.Load(dataFolder, Split.Train), test, spec.TrainImages, spec.ValidationImages, spec.TestImages);
        var options = new FitOptions { Workers = workers, CacheFolder = dataFolder, Progress = progress };
        var fitted = preprocessing.Fit(split.Train, options);
        var facts = fitted.Facts.ToDictionary(
            f => f.Key,
            f => string.Join(' ', f.Value.Select(v => v.ToString("G6", CultureInfo.InvariantCulture))),
            StringComparer.Ordinal);
        facts["name"] = fitted.Name;
        var record = new DataRecord
        {
            Name = source.Name,
            Fingerprint = split.Train.Fingerprint,
            Train = split.Train.Count,
            Validation = split.Validation?.Count ?? 0,
            Test = split.Test?.Count ?? 0,
            Preprocessing = facts,
        };
        return new TrainingData(
            record,
            fitted.Prepare(split.Train, options),
            split.Validation is null ? null : fitted.Prepare(split.Validation, options),
            split.Test is null ? null : fitted.Prepare(split.Test, options));
    }

    /// <summary>True if another spec needs exactly these images.</summary>
    public static bool Same(RunSpec a, RunSpec b) =>
        (a.Data, a.Preprocess, a.TrainImages, a.ValidationImages, a.TestImages)
        == (b.Data, b.Preprocess, b.TrainImages, b.ValidationImages, b.TestImages);
}
