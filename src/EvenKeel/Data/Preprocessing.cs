using EvenKeel.Kernels;

namespace EvenKeel.Data;

/// <summary>
/// A named way to turn pixel bytes into the numbers a network sees. What it learns (means, deviations, a whitening
/// matrix) comes from the training images alone.
/// </summary>
public abstract class Preprocessing
{
    private protected Preprocessing()
    {
    }

    /// <summary>Every way.</summary>
    public static IReadOnlyList<Preprocessing> All { get; } =
    [
        new UnitPreprocessing(),
        new StandardizePreprocessing(),
        new CentrePreprocessing(),
        new ZcaPreprocessing(),
    ];

    /// <summary>Name on the command line and in specs.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence, with the formula.</summary>
    public abstract string Description { get; }

    /// <summary>Learns from the training images whatever the way needs.</summary>
    /// <param name="train">The training images, without those held out for validation.</param>
    /// <param name="options">Threads, cache folder, progress; null for none of them.</param>
    /// <exception cref="UserException">No training images.</exception>
    public FittedPreprocessing Fit(ImageSet train, FitOptions? options = null)
    {
        if (train.Count == 0)
            throw new UserException($"Preprocessing '{Name}' needs training images: {train.Name} has none left after the split.");
        return FitTo(train, options ?? new FitOptions());
    }

    /// <summary>The way of that name.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <exception cref="UserException">No such way; the message lists them and guesses.</exception>
    public static Preprocessing Find(string name) =>
        All.FirstOrDefault(way => string.Equals(way.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UserException(
            $"There is no preprocessing '{name}': expected one of {string.Join(", ", All.Select(w => w.Name))}." +
            NearestName.Suggestion(name, All.Select(w => w.Name)));

    private protected abstract FittedPreprocessing FitTo(ImageSet train, FitOptions options);
}

/// <summary>What a costly fit may use.</summary>
public sealed record FitOptions
{
    /// <summary>Threads to compute with; null starts one per processor for the time of the fit.</summary>
    public Workers? Workers { get; init; }

    /// <summary>Folder in which a fitted whitening matrix is kept for the next run; null keeps none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Told the share of the work that is done, 0 to 1.</summary>
    public IProgress<double>? Progress { get; init; }
}

/// <summary>A preprocessing that has seen the training images.</summary>
public abstract class FittedPreprocessing
{
    private protected FittedPreprocessing(string name, ImageSet train) =>
        (Name, Height, Width, Channels) = (name, train.Height, train.Width, train.Channels);

    /// <summary>Name of the way.</summary>
    public string Name { get; }

    /// <summary>What it learned, for <c>run.json</c>: such as <c>mean</c> and <c>deviation</c>, one number a channel.</summary>
    public abstract IReadOnlyDictionary<string, double[]> Facts { get; }

    private protected int Height { get; }

    private protected int Width { get; }

    private protected int Channels { get; }

    /// <summary>Makes images ready to be read as floats. Cheap ways keep the bytes and convert on reading.</summary>
    /// <param name="set">Images of the size that was fitted.</param>
    /// <param name="options">Threads and progress, for whitening.</param>
    /// <exception cref="UserException">Images of another size.</exception>
    public PreparedSet Prepare(ImageSet set, FitOptions? options = null)
    {
        if (set.Height != Height || set.Width != Width || set.Channels != Channels)
        {
            throw new UserException(
                $"Preprocessing '{Name}' was fitted to {Height}x{Width}x{Channels} images: " +
                $"{set.Name} has {set.Height}x{set.Width}x{set.Channels}.");
        }

        return PrepareSet(set, options ?? new FitOptions());
    }

    private protected abstract PreparedSet PrepareSet(ImageSet set, FitOptions options);
}
