namespace EvenKeel.Data;

/// <summary>What a look at one part of a data set found.</summary>
/// <param name="Data">Name of the data set.</param>
/// <param name="Split">The part.</param>
/// <param name="Good">True if the content is the publisher's, in whatever order.</param>
/// <param name="Images">Images found.</param>
/// <param name="Verdict">One sentence.</param>
/// <param name="Fingerprint">Fingerprint of what was found; null if it could not be read.</param>
/// <param name="Content">Its <see cref="ContentHash"/>, which does not depend on the order.</param>
internal sealed record DataCheck(
    string Data, Split Split, bool Good, int Images, string Verdict, string? Fingerprint, string? Content)
{
    /// <summary>Reads a part and compares it with what is known of it.</summary>
    public static DataCheck Of(DataSource source, string folder, Split split)
    {
        ImageSet set;
        try
        {
            set = source.Load(folder, split);
        }
        catch (UserException problem)
        {
            return new DataCheck(source.Name, split, Good: false, 0, problem.Message, null, null);
        }

        var content = ContentHash.Of(set);
        var (good, verdict) = Judge(source, set, split, content);
        return new DataCheck(source.Name, split, good, set.Count, verdict, set.Fingerprint, content);
    }

    private static (bool Good, string Verdict) Judge(DataSource source, ImageSet set, Split split, string content)
    {
        if (set.Count != source.Count(split)) return (false, $"Expected {source.Count(split)} images, got {set.Count}.");
        if (source.Official(split) is not { } official) return (true, "Readable; nothing is published to compare it with.");
        if (set.Fingerprint == official.Fingerprint) return (true, "The published images, in the published order.");
        if (content != official.Content) return (false, "Some images or labels differ from the published ones.");
        var ordered = official.FirstLabels is { } first && set.Labels.AsSpan().StartsWith(first);
        return ordered
            ? (true, "The published images, in the published order as far as the first labels tell.")
            : (true, "The published images, in another order: fine for training, but the files' checksums and the " +
                "order of batches differ from the publisher's.");
    }
}
