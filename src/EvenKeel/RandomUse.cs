namespace EvenKeel;

/// <summary>
/// What a random stream is for. Every use has its own number, so no two draw the same bits; the numbers are part of
/// what makes an old run repeatable and never change. Uses inside a model start at <see cref="FirstModelUse"/>.
/// </summary>
public static class RandomUse
{
    /// <summary>Order of the images in an epoch; step is the epoch.</summary>
    public const uint Shuffle = 1;

    /// <summary>Offsets of padded crops; step is the epoch.</summary>
    public const uint Crop = 2;

    /// <summary>Left-right flips; step is the epoch.</summary>
    public const uint Flip = 3;

    /// <summary>Order in which a data set is cut into training and validation images.</summary>
    public const uint Split = 4;

    /// <summary>The generated images of Shapes10; step is the image.</summary>
    public const uint Shapes = 5;

    /// <summary>Vectors that a search for an eigenvalue starts from.</summary>
    public const uint PowerIteration = 6;

    /// <summary>First of the uses inside a model: initial weights, noise, dropout.</summary>
    public const uint FirstModelUse = 1000;
}
