namespace EvenKeel.Data;

/// <summary><c>unit</c>: x / 255, so pixels lie in [0, 1].</summary>
internal sealed class UnitPreprocessing : Preprocessing
{
    public override string Name => "unit";

    public override string Description => "x / 255: pixels in [0, 1].";

    private protected override FittedPreprocessing FitTo(ImageSet train, FitOptions options) =>
        new TableFit(Name, train, (_, value) => value / 255.0, new Dictionary<string, double[]>(StringComparer.Ordinal));
}

/// <summary><c>centre</c>: (x - 127.5) / 128, so pixels lie in (-1, 1).</summary>
internal sealed class CentrePreprocessing : Preprocessing
{
    public override string Name => "centre";

    public override string Description => "(x - 127.5) / 128: pixels in (-1, 1).";

    private protected override FittedPreprocessing FitTo(ImageSet train, FitOptions options) =>
        new TableFit(Name, train, (_, value) => (value - 127.5) / 128.0, new Dictionary<string, double[]>(StringComparer.Ordinal));
}

/// <summary><c>standardize</c>: (x/255 - mean) / deviation, a channel at a time, over all training images.</summary>
internal sealed class StandardizePreprocessing : Preprocessing
{
    public override string Name => "standardize";

    public override string Description => "(x/255 - mean) / deviation of each channel over the training images.";

    private protected override FittedPreprocessing FitTo(ImageSet train, FitOptions options)
    {
        var (mean, deviation) = Moments(train);

        // A channel that never changes carries nothing: it becomes zero instead of a division by zero.
        var scale = Array.ConvertAll(deviation, d => d > 0 ? d : 1.0);
        return new TableFit(
            Name, train, (channel, value) => (value / 255.0 - mean[channel]) / scale[channel],
            new Dictionary<string, double[]>(StringComparer.Ordinal) { ["mean"] = mean, ["deviation"] = deviation });
    }

    // Counting the 256 values first makes both moments exact sums of integers, and the deviation centred.
    private static (double[] Mean, double[] Deviation) Moments(ImageSet set)
    {
        var counts = new long[set.Channels * 256];
        var pixels = set.Pixels;
        for (var i = 0; i < pixels.Length; i += set.Channels)
        {
            for (var c = 0; c < set.Channels; c++) counts[c * 256 + pixels[i + c]]++;
        }

        var mean = new double[set.Channels];
        var deviation = new double[set.Channels];
        for (var c = 0; c < set.Channels; c++)
        {
            var histogram = counts.AsSpan(c * 256, 256);
            long total = 0, sum = 0;
            for (var value = 0; value < 256; value++)
            {
                total += histogram[value];
                sum += value * histogram[value];
            }

            mean[c] = (double)sum / total / 255.0;
            var squares = 0.0;
            for (var value = 0; value < 256; value++)
            {
                var centred = value / 255.0 - mean[c];
                squares += histogram[value] * centred * centred;
            }

            deviation[c] = Math.Sqrt(squares / total);
        }

        return (mean, deviation);
    }
}

/// <summary>A preprocessing that maps each byte on its own: a table of 256 floats a channel.</summary>
internal sealed class TableFit : FittedPreprocessing
{
    private readonly float[] _table;

    /// <summary>Fills the table.</summary>
    /// <param name="name">Name of the way.</param>
    /// <param name="train">The training images.</param>
    /// <param name="map">From channel and byte to the value.</param>
    /// <param name="facts">What was learned.</param>
    public TableFit(
        string name, ImageSet train, Func<int, int, double> map, IReadOnlyDictionary<string, double[]> facts)
        : base(name, train)
    {
        Facts = facts;
        _table = new float[train.Channels * 256];
        for (var i = 0; i < _table.Length; i++) _table[i] = (float)map(i / 256, i % 256);
    }

    public override IReadOnlyDictionary<string, double[]> Facts { get; }

    private protected override PreparedSet PrepareSet(ImageSet set, FitOptions options) => new TableSet(set, _table);
}
