namespace EvenKeel.Data;

/// <summary>Random changes to training images, drawn anew each epoch.</summary>
/// <remarks>He, Zhang, Ren, Sun, "Deep residual learning for image recognition", arXiv 1512.03385, section 4.2.</remarks>
[Flags]
public enum Augmentation
{
    /// <summary>No change.</summary>
    None = 0,

    /// <summary>Left and right swapped, half of the time.</summary>
    Flip = 1,

    /// <summary>Moved by -4 to 4 pixels either way; what comes in is zero (after preprocessing).</summary>
    Crop = 2,
}

/// <summary>Augmentations as text: <c>none</c>, <c>flip</c>, <c>crop</c>, <c>flip+crop</c>.</summary>
public static class Augmentations
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = ["none", "flip", "crop", "flip+crop"];

    /// <summary>The augmentation of that name.</summary>
    /// <param name="name">A name, in any case and order.</param>
    /// <exception cref="UserException">No such augmentation; the message lists them and guesses.</exception>
    public static Augmentation Find(string name) => name.ToLowerInvariant() switch
    {
        "none" => Augmentation.None,
        "flip" => Augmentation.Flip,
        "crop" => Augmentation.Crop,
        "flip+crop" or "crop+flip" => Augmentation.Flip | Augmentation.Crop,
        _ => throw new UserException(
            $"There is no augmentation '{name}': expected one of {string.Join(", ", Names)}." +
            NearestName.Suggestion(name, Names)),
    };
}
