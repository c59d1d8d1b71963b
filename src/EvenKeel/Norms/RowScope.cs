namespace EvenKeel.Norms;

/// <summary>What layer and root mean square normalization look at together.</summary>
public enum RowScope
{
    /// <summary>The channels of one position (of one sample, behind dense layers); one gain a channel.</summary>
    Position,

    /// <summary>All elements of one sample; one gain an element.</summary>
    Sample,
}
