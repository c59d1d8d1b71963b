namespace EvenKeel.Models;

/// <summary>Where a unit's normalizer stands.</summary>
internal enum NormOrder
{
    /// <summary>Between the linear map and the activation: the usual place.</summary>
    BeforeActivation,

    /// <summary>Behind the activation.</summary>
    AfterActivation,
}

/// <summary>When a unit's linear map has a bias.</summary>
internal enum BiasRule
{
    /// <summary>Unless a normalizer directly behind the map removes it or brings its own shift.</summary>
    WhereUseful,

    /// <summary>Under every scheme, as in some published code.</summary>
    Always,

    /// <summary>Under no scheme.</summary>
    Never,
}

/// <summary>How a model puts its units together, where it differs from the usual way.</summary>
internal sealed record BlockStyle
{
    /// <summary>The usual way.</summary>
    public static BlockStyle Usual { get; } = new();

    /// <summary>Where the normalizer stands.</summary>
    public NormOrder Order { get; init; }

    /// <summary>When the linear map has a bias.</summary>
    public BiasRule Bias { get; init; }

    /// <summary>Slope of the activation that He's starting weights assume; null means that of the unit's own, which is
    /// wrong where the activation follows only after a sum.</summary>
    public float? InitSlope { get; init; }
}
